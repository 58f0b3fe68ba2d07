"""What the benchmarks measure, on something small: their figures are of what they say."""

from __future__ import annotations

from bench.hashes import run_peer
from bench.server import running_server

MEBI = 2**20


def test_the_peer_makes_the_reads_of_scan_hash_and_its_memory_is_seen() -> None:
    """Three requests a hash, in turn; an interpreter with requests loaded takes more than 15 MiB."""
    with running_server() as server:
        hashes = server.known(2)
        server.forget()
        measured = run_peer(server, hashes)
        paths = [request["path"].split("/rest/sample/")[1] for request in server.requests()]
    assert [path.split("/")[-1] for path in paths] == [hashes[0], "iocs", "vtis", hashes[1], "iocs", "vtis"]
    assert measured.seconds > 0
    assert 15 * MEBI < measured.peak < 200 * MEBI
