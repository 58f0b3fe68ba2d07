"""Measure Scan Hash and the reference client for growing numbers of hashes: time and peak memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.action import MEBI, measure
from bench.hashes import RUNS, ReferenceRun, entities, run_reference_client
from bench.row import Row, at_most
from bench.server import running_server

SIZES = (10, 100, 1_000, 5_000)
MANY = 1_000
"""From this number of hashes each side runs once: the run is long enough to average out disturbances."""

CAPTION = (
    f"Each point is a whole process: the best of {RUNS} runs below {MANY:,} hashes, one run from there on,",
    "both for Scan Hash and for the reference client. The client makes the same requests and keeps",
    "nothing; Scan Hash also filters, and writes entities, tables, insights and the JSON result.",
    "The memory of Scan Hash depends on the length of that result,",
    "which is largest just below the platform's limit: beyond it, parts of every entity are left out.",
)


@dataclass(frozen=True, slots=True)
class Growth:
    """One point of the plot.

    Attributes:
        hashes: Number of hashes.
        seconds: Time of Scan Hash.
        peak: Peak memory of Scan Hash, in bytes.
        reference: Time and peak memory of the reference client.
    """

    hashes: int
    seconds: float
    peak: int
    reference: ReferenceRun


def growth() -> list[Growth]:
    """Measure 10 to 5,000 hashes without latency."""
    with running_server() as server:
        hashes = server.known(max(SIZES))
        points = []
        for size in SIZES:
            some, tries = hashes[:size], range(RUNS if size < MANY else 1)
            given = {"entities": entities(some), "watch_memory": True}
            runs = [measure("Scan Hash", server.configuration, **given) for _ in tries]  # type: ignore[arg-type]  # the keywords have several types
            references = [run_reference_client(server, some) for _ in tries]
            reference = ReferenceRun(
                min(run.seconds for run in references), min(run.peak for run in references)
            )
            points.append(
                Growth(size, min(run.seconds for run in runs), min(run.peak for run in runs), reference)
            )
        return points


def growth_rows(points: Sequence[Growth]) -> list[Row]:
    """Return a row for each point, and the bounds on time (5,000 hashes over 100) and memory."""
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
    references = f"{point.reference.seconds:.2f} s, {point.reference.peak / MEBI:.1f} MiB"
    return Row(f"Scan Hash, {point.hashes:,} hashes, no latency; VMRay's own client", f"{ours}; {references}")
