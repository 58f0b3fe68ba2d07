"""Scan Hash and its peer as the number of hashes grows: time and peak memory of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.action import MEBI, measure
from bench.hashes import TRIES, PeerRun, entities, run_peer
from bench.row import Row, at_most
from bench.server import running_server

SIZES = (10, 100, 1_000, 5_000)
MANY = 1_000
"""From so many hashes on each side is run once: long enough not to be moved by one disturbance."""

CAPTION = (
    f"Each point is a whole process: the best of {TRIES} runs below {MANY:,} hashes, one run from there on,",
    "ours and the peer's alike. The peer makes the same reads and keeps nothing; Scan Hash also filters, and",
    "writes entities, tables, insights and the JSON result. Its memory follows the length of that result,",
    "which is largest just below the platform's limit: beyond it, parts of every entity are left out.",
)


@dataclass(frozen=True, slots=True)
class Growth:
    """One point of the growth plot.

    Attributes:
        hashes: How many were asked for.
        seconds: Of Scan Hash.
        peak: Of Scan Hash, in bytes.
        peer: The same two of VMRay's own client.
    """

    hashes: int
    seconds: float
    peak: int
    peer: PeerRun


def growth() -> list[Growth]:
    """From 10 to 5,000 hashes, no latency."""
    with running_server() as server:
        hashes = server.known(max(SIZES))
        points = []
        for size in SIZES:
            some, tries = hashes[:size], range(TRIES if size < MANY else 1)
            given = {"entities": entities(some), "watch_memory": True}
            runs = [measure("Scan Hash", server.configuration, **given) for _ in tries]  # type: ignore[arg-type]  # the keywords have several types
            peers = [run_peer(server, some) for _ in tries]
            peer = PeerRun(min(run.seconds for run in peers), min(run.peak for run in peers))
            points.append(Growth(size, min(run.seconds for run in runs), min(run.peak for run in runs), peer))
        return points


def growth_rows(points: Sequence[Growth]) -> list[Row]:
    """Every point in figures, and the bounds: 5,000 hashes beside 100, and their memory."""
    by_size = {point.hashes: point for point in points}
    ratio = by_size[5_000].seconds / by_size[100].seconds
    times = f" ({by_size[5_000].seconds:.1f} s / {by_size[100].seconds:.2f} s)"
    peak = by_size[5_000].peak / MEBI
    return [
        *(_row(point) for point in points),
        at_most("Scan Hash, 5,000 hashes over 100 hashes, wall time", ratio, 55, "×", times),
        at_most("Scan Hash, 5,000 hashes, peak memory, default limits", peak, 100, "MiB"),
    ]


def _row(point: Growth) -> Row:
    ours = f"{point.seconds:.2f} s, {point.peak / MEBI:.1f} MiB"
    peers = f"{point.peer.seconds:.2f} s, {point.peer.peak / MEBI:.1f} MiB"
    return Row(f"Scan Hash, {point.hashes:,} hashes, no latency; VMRay's own client", f"{ours}; {peers}")
