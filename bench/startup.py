"""Measure the start-up time of Ping beyond the SDK alone: each playbook step has this overhead."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from bench.action import measure
from bench.minimal_integration import write_minimal_integration
from bench.row import Row, at_most
from bench.server import Server, running_server

PAIRS = 15
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| +(\S+)")


def start_up() -> list[Row]:
    """Run Ping and the minimal action alternately, and compare the fastest run of each."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        bare = write_minimal_integration(Path(folder))
        pairs = [
            (
                measure("Ping", server.configuration).seconds,
                measure("Bare", {}, integration=bare).seconds,
            )
            for _ in range(PAIRS)
        ]
        imports = _imports_row(Path(folder), server, bare)
    ping, alone = (min(side) for side in zip(*pairs, strict=True))
    what = f"start-up: Ping minus bare SDK and SiemplifyAction, fastest of {PAIRS}"
    detail = f" ({ping * 1000:.0f} ms - {alone * 1000:.0f} ms)"
    return [at_most(what, (ping - alone) * 1000, 40, "ms", detail), imports]


def _imports_row(folder: Path, server: Server, bare: Path) -> Row:
    """Name the modules that only Ping imports (not the SDK alone), with the import time of each module."""
    shim = folder / "python"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -X importtime "$@"\n')
    shim.chmod(0o700)
    without = _imported(measure("Bare", {}, integration=bare, python=str(shim)).run.rounds[0].stderr)
    with_ping = _imported(measure("Ping", server.configuration, python=str(shim)).run.rounds[0].stderr)
    added = {name: spent for name, spent in with_ping.items() if name not in without}
    slowest = sorted(added.items(), key=lambda item: -item[1])
    named = ", ".join(f"{name.rpartition('.')[2]} {spent / 1000:.1f}" for name, spent in slowest)
    what = "what Ping imports beyond the bare SDK (`python -X importtime`), in ms by itself"
    return Row(what, f"{len(added)} modules, {sum(added.values()) / 1000:.1f} ms: {named}")


def _imported(stderr: str) -> dict[str, int]:
    """Read the output of `-X importtime`: microseconds of each module without nested imports."""
    return {name: int(spent) for spent, name in _IMPORT.findall(stderr)}
