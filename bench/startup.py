"""What Ping adds to the bare SDK: everything that each playbook step pays before it does its work."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.action import measure
from bench.bare import write_bare_integration
from bench.row import Row, at_most
from bench.server import running_server

PAIRS = 15


def start_up() -> list[Row]:
    """Run Ping and the bare action in turns, and compare the fastest of each: those least disturbed."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        bare = write_bare_integration(Path(folder))
        pairs = [
            (
                measure("Ping", server.configuration).seconds,
                measure("Bare", {}, integration=bare).seconds,
            )
            for _ in range(PAIRS)
        ]
    ping, alone = (min(side) for side in zip(*pairs, strict=True))
    what = f"start-up: Ping minus bare SDK and SiemplifyAction, fastest of {PAIRS}"
    return [
        at_most(what, (ping - alone) * 1000, 40, "ms", f" ({ping * 1000:.0f} ms - {alone * 1000:.0f} ms)")
    ]
