"""Measure the start-up: of Ping beyond the SDK alone, and of each action beyond Scan Hash.

Each playbook step has this overhead.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.action import INTEGRATION, REAL_SDK, measure
from bench.minimal_integration import write_minimal_integration
from bench.row import Row, at_most
from bench.server import Server, running_server
from secops_lab.host.launch import STAND_IN
from secops_lab.manifest import load_integration

PAIRS = 15
REFERENCE = "Scan Hash"
ABOVE_REFERENCE_MS = 10
# The processor time to import an action after the SDK, in seconds.
_IMPORT_TIME = """
import os, sys, time
import soar_sdk.SiemplifyAction, soar_sdk.SiemplifyUtils
sys.argv = ["action"]
started = time.process_time()
import vm_ray.actions.{stem}
os.write(2, str(time.process_time() - started).encode())
"""
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
    return [at_most(what, (ping - alone) * 1000, 40, "ms", detail), imports, *_every_action()]


def _every_action() -> list[Row]:
    """Compare the imports of each action, one after the other, with those of Scan Hash; the fastest count."""
    stems = {action.name: action.stem for action in load_integration(INTEGRATION).actions}
    times: dict[str, list[float]] = {name: [] for name in stems}
    for _ in range(PAIRS):
        for name, stem in stems.items():
            times[name].append(_import_time(stem))
    reference = min(times.pop(REFERENCE))
    above = {name: (min(each) - reference) * 1000 for name, each in times.items()}
    ranked = sorted(above.items(), key=lambda one: -one[1])
    named = ", ".join(f"{name} {spent:+.1f}" for name, spent in ranked)
    detail = f" ({named}; {REFERENCE} {reference * 1000:.1f})"
    what = f"start-up: imports of each action minus those of {REFERENCE}, fastest of {PAIRS}; the slowest"
    return [at_most(what, ranked[0][1], ABOVE_REFERENCE_MS, "ms", detail)]


def _import_time(stem: str) -> float:
    sdk = REAL_SDK / "src" / "soar_sdk" if REAL_SDK else STAND_IN
    paths = [str(each) for each in (sdk, sdk.parent, INTEGRATION.parent)]
    code = f"import sys; sys.path[:0] = {paths!r}\n{_IMPORT_TIME.format(stem=stem)}"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(found.stderr)


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
