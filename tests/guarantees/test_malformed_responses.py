"""Bytes that are not valid HTTP: each response has a normal outcome, and none is an unexpected error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.guarantees.byte_server import ByteServer, reply
from tests.guarantees.matrix.world import World, file_item, hash_item, reported_outcome

if TYPE_CHECKING:
    from pathlib import Path


INVALID_REDIRECTS = {
    "brackets": "Location: http://[",
    "no text": "Location: http://\xff\xfe/",
    "no port": "Location: http://h:99999999/",
    "empty": "Location: ",
    "a missing body": "Content-Length: 1000",
}


@pytest.mark.parametrize("header", INVALID_REDIRECTS.values(), ids=INVALID_REDIRECTS.keys())
def test_a_redirect_to_an_invalid_address_is_reported_as_a_redirect(header: str, tmp_path: Path) -> None:
    """Given a redirect with an invalid address or a missing body, then the error is the redirect."""
    with World(tmp_path) as world:
        item = hash_item("a" * 64)
        malformed = f"HTTP/1.1 302 Found\r\n{header}\r\n\r\n".encode("latin-1")
        with ByteServer(world.vmray.url, lambda _line, _real: [malformed]) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            kind, reason = reported_outcome(world.run("Scan Hash", [item], script_timeout=30.0), item)
        assert kind == "ended"
        assert "the server returned a redirect (HTTP 302), which is not followed; check Api Root" in reason


NEGATIVE_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n"
INVALID_CONTINUATION = reply(b'{"result": "ok", "data": [], "continuation_id": "\\ud800"}')


@pytest.mark.parametrize(
    ("malformed", "reason"),
    [
        (NEGATIVE_CHUNK, "the connection to VMRay was lost before the response was complete (4 attempts)"),
        (INVALID_CONTINUATION, "VMRay returned an invalid continuation id (4 attempts)"),
    ],
    ids=["a chunk of negative size", "a continuation id that cannot be sent"],
)
def test_an_invalid_response_does_not_affect_the_other_hashes(
    malformed: bytes, reason: str, tmp_path: Path
) -> None:
    """Given an invalid response to each of four attempts, then the hash is named with the reason."""
    with World(tmp_path) as world:
        bad, *good = (hash_item(each) for each in world.vmray.control.add_known_samples(3))
        with ByteServer(
            world.vmray.url, lambda line, _real: [malformed] if bad.sha256 in line else None
        ) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            run = world.run("Scan Hash", [bad, *good])
        assert reported_outcome(run, bad) == ("named", reason)
        assert [reported_outcome(run, each)[0] for each in good] == ["fine", "fine"]


def test_a_file_is_found_after_an_invalid_response_to_its_submit(tmp_path: Path) -> None:
    """Given an invalid response after VMRay stored the file, then the file is found and not sent again."""
    with World(tmp_path, lifecycle="immediate") as world:
        item = file_item(tmp_path / "a.txt", b"hello")

        def respond(line: str, _real: bytes) -> list[bytes] | None:
            return [NEGATIVE_CHUNK] if "/sample/submit" in line else None

        with ByteServer(world.vmray.url, respond) as proxy:
            world.platform.configure("VMRay", {"Api Root": proxy.url})
            run = world.run("Upload File And Get Report", [item])
        assert reported_outcome(run, item)[0] == "fine"
        assert len(world.submissions(item)) == 1
