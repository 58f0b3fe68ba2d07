"""Compare Scan Hash with the reference client, and with the minimum time of platform and network."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.action import ROOT, fastest, highest, measure, watched_python
from bench.minimal_integration import write_minimal_integration
from bench.row import Row, at_least, at_most, exactly
from bench.server import Server, running_server
from vm_ray.core.api.vmray_rate_limiter import MAX_CONCURRENCY

LATENCY = 0.1
KNOWN = 50
RUNS = 3
"""Number of runs of Scan Hash and of the reference client; the fastest run of each counts."""


@dataclass(frozen=True, slots=True)
class ReferenceRun:
    """One run of the reference client: its time in seconds, and its peak memory in bytes."""

    seconds: float
    peak: int


def entities(hashes: Sequence[str]) -> list[tuple[str, str]]:
    """Return an entity for each hash."""
    return [("FILEHASH", each) for each in hashes]


def run_reference_client(server: Server, hashes: Sequence[str]) -> ReferenceRun:
    """Make the same read requests with the reference client, in a process."""
    with tempfile.TemporaryDirectory() as folder:
        peaks = Path(folder) / "peaks"
        command = [
            watched_python(Path(folder), peaks),
            "-m",
            "bench.reference_client",
            server.url,
            server.api_key,
        ]
        started = time.monotonic()
        subprocess.run(command, input=json.dumps(list(hashes)), text=True, check=True, cwd=ROOT)
        return ReferenceRun(time.monotonic() - started, highest(peaks))


def against_reference_client() -> list[Row]:
    """Scan fifty known hashes; the server sends each response after 100 ms."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        hashes = server.known(KNOWN)
        server.control("POST", "latency", {"seconds": LATENCY})
        ours = fastest(RUNS, "Scan Hash", server, entities=entities(hashes)).seconds
        server.forget()
        counted = measure("Scan Hash", server.configuration, entities=entities([*hashes, "not-a-hash"]))
        per_entity = len(server.requests()) / KNOWN
        reference = min(run_reference_client(server, hashes).seconds for _ in range(RUNS))
        bare = fastest(RUNS, "Bare", server, integration=write_minimal_integration(Path(folder))).seconds
    floor = bare + 2 * LATENCY * KNOWN / MAX_CONCURRENCY
    what = f"Scan Hash, {KNOWN} known hashes, {LATENCY * 1000:.0f} ms latency"
    return [
        at_least(
            f"{what}: VMRay's own client, same reads in turn, over ours, fastest of {RUNS} each",
            reference / ours,
            10,
            "×",
            f" ({reference:.2f} s / {ours:.2f} s)",
        ),
        at_most(
            f"{what}: over (bare SDK + 2 round trips × {KNOWN} / {MAX_CONCURRENCY} in flight)",
            ours / floor,
            2,
            "×",
            f" ({ours:.2f} s / {floor:.2f} s, bare {bare:.2f} s)",
        ),
        at_most("requests a known hash (an unsupported one beside them)", per_entity, 3, "requests"),
        exactly(
            f"Scan Hash, {KNOWN} known hashes: the configuration is fetched from the platform once a run",
            counted.configuration_calls,
            1,
            "calls",
        ),
    ]
