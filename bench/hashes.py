"""Scan Hash: against the peer, and as the number of hashes grows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.action import MEBI, fastest, measure
from bench.bare import write_bare_integration
from bench.row import Row, at_least, at_most
from bench.server import Server, running_server
from vm_ray.core.vmray_throttle import CEILING

LATENCY = 0.1
KNOWN = 50
SIZES = (10, 100, 1_000, 5_000)


@dataclass(frozen=True, slots=True)
class Growth:
    """One point of the growth plot; the peer's time is None where it was not run."""

    hashes: int
    seconds: float
    peak: int
    peer_seconds: float | None


def entities(hashes: Sequence[str]) -> list[tuple[str, str]]:
    """Make entities of hashes."""
    return [("FILEHASH", each) for each in hashes]


def peer_seconds(server: Server, hashes: Sequence[str]) -> float:
    """Let the peer make the same reads, as a process."""
    started = time.monotonic()
    command = [sys.executable, "-m", "bench.peer", server.url, server.api_key]
    subprocess.run(command, input=json.dumps(list(hashes)), text=True, check=True)
    return time.monotonic() - started


def against_peer() -> list[Row]:
    """Fifty known hashes on a server that answers after 100 ms."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        hashes = server.known(KNOWN)
        server.control("POST", "latency", {"seconds": LATENCY})
        ours = fastest(3, "Scan Hash", server, entities=entities(hashes)).seconds
        server.forget()
        measure("Scan Hash", server.configuration, entities=entities([*hashes, "not-a-hash"]))
        per_entity = len(server.requests()) / KNOWN
        peer = peer_seconds(server, hashes)
        bare = fastest(3, "Bare", server, integration=write_bare_integration(Path(folder))).seconds
    floor = bare + 2 * LATENCY * KNOWN / CEILING
    what = f"Scan Hash, {KNOWN} known hashes, {LATENCY * 1000:.0f} ms latency"
    return [
        at_least(
            f"{what}: VMRay's own client, same reads in turn, over ours",
            peer / ours,
            10,
            "×",
            f" ({peer:.2f} s / {ours:.2f} s)",
        ),
        at_most(
            f"{what}: over (bare SDK + 2 round trips × {KNOWN} / {CEILING} in flight)",
            ours / floor,
            2,
            "×",
            f" ({ours:.2f} s / {floor:.2f} s, bare {bare:.2f} s)",
        ),
        at_most("requests a known hash (an unsupported one beside them)", per_entity, 3, "requests"),
    ]


def growth() -> tuple[list[Row], list[Growth]]:
    """From 10 to 5,000 hashes, no latency: time and peak memory."""
    points = []
    with running_server() as server:
        hashes = server.known(max(SIZES))
        for size in SIZES:
            some = hashes[:size]
            runs = [
                measure("Scan Hash", server.configuration, entities=entities(some), watch_memory=True)
                for _ in range(3 if size <= 100 else 1)
            ]
            peer = peer_seconds(server, some) if size <= 1_000 else None
            points.append(Growth(size, min(run.seconds for run in runs), min(run.peak for run in runs), peer))
    by_size = {point.hashes: point for point in points}
    ratio = by_size[5_000].seconds / by_size[100].seconds
    times = f" ({by_size[5_000].seconds:.1f} s / {by_size[100].seconds:.2f} s)"
    return [
        at_most("Scan Hash, 5,000 hashes over 100 hashes, wall time", ratio, 55, "×", times),
        at_most(
            "Scan Hash, 5,000 hashes, peak memory, default limits", by_size[5_000].peak / MEBI, 100, "MiB"
        ),
    ], points
