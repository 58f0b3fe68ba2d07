"""Measure Scan Hash on a server with a rate limit of five requests per second."""

from __future__ import annotations

from collections import Counter

from bench.action import measure
from bench.hashes import entities
from bench.row import Row, at_most
from bench.server import running_server

HASHES = 50
PER_SECOND = 5


def throttled() -> list[Row]:
    """Scan fifty known hashes: all are enriched, in little more time than the rate limit requires."""
    with running_server() as server:
        hashes = server.known(HASHES)
        server.control("POST", "rate_limit", {"per_second": PER_SECOND})
        server.forget()
        measured = measure("Scan Hash", server.configuration, entities=entities(hashes))
        statuses = Counter(request["status"] for request in server.requests())
        enriched = len(measured.run.json_result)
    least = 3 * HASHES / PER_SECOND
    what = f"{HASHES} hashes, server of {PER_SECOND} requests a second"
    wasted = statuses[429]
    return [
        at_most(
            f"{what}: time over {3 * HASHES} / {PER_SECOND} s",
            measured.seconds / least,
            1.3,
            "×",
            f" ({measured.seconds:.1f} s)",
        ),
        Row(f"{what}: enriched", f"{enriched} of {HASHES}", "all", enriched == HASHES),
        at_most(
            f"{what}: throttled requests, of all", wasted / (3 * HASHES + wasted), 0.15, "", f" ({wasted})"
        ),
    ]
