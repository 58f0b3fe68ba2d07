"""Run one action as the platform runs it, and measure its time and its peak memory."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.server import Server
from secops_lab.host import ActionHost, ActionRun, Round, RunState
from secops_lab.platform import LocalPlatform

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "integrations" / "vm_ray"
REAL_SDK = Path(os.environ["SOAR_SDK_DIR"]) if os.environ.get("SOAR_SDK_DIR") else None
MEBI = 2**20

# The measured process runs this code when it exits: it reads its peak memory (VmHWM) from the kernel.
_WATCH = """
import atexit, os
def _note():
    with open("/proc/self/status") as status:
        peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    with open(os.environ["BENCH_PEAK"], "a") as file:
        file.write(peak + "\\n")
atexit.register(_note)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """The measurements of one run.

    Attributes:
        run: The run and its result.
        seconds: Time in processes, sum of all rounds.
        peak: Peak memory in bytes, the highest of all rounds; 0 if memory was not measured.
        configuration_calls: Number of requests for the configuration to the platform, in all rounds.
    """

    run: ActionRun
    seconds: float
    peak: int
    configuration_calls: int


def measure(  # noqa: PLR0913 - a run has this many settings
    action: str,
    configuration: Mapping[str, str],
    *,
    entities: Iterable[tuple[str, str]] = (),
    parameters: Mapping[str, str] | None = None,
    integration: Path = INTEGRATION,
    poll_interval: float = 0.0,
    watch_memory: bool = False,
    python: str = sys.executable,
    on_round: Callable[[Round], None] | None = None,
) -> Measured:
    """Run an action once in a new case.

    Raises:
        RuntimeError: The action did not complete.
    """
    with tempfile.TemporaryDirectory() as folder, LocalPlatform() as platform:
        case = platform.new_case(entities=list(entities))
        peaks = Path(folder) / "peaks"
        python = watched_python(Path(folder), peaks) if watch_memory else python
        host = ActionHost(platform, integration, sdk=REAL_SDK, python=python)
        platform.configure(host.integration.identifier, dict(configuration))
        run = host.run(
            action,
            case,
            parameters=parameters,
            script_timeout=900,
            poll_interval=poll_interval,
            on_round=on_round,
        )
        if run.state is not RunState.COMPLETED:
            raise RuntimeError(
                f"{action}: {run.state.value}: {run.message[:500]} {run.rounds[-1].stderr[-500:]}"
            )
        peak = highest(peaks) if watch_memory else 0
        calls = sum("/sdk/configuration/" in call.path for call in platform.requests())
        return Measured(run, sum(one.duration for one in run.rounds), peak, calls)


def fastest(count: int, action: str, server: Server, **how: object) -> Measured:
    """Return the fastest of several runs: other work on the machine disturbed this run least."""
    runs = [measure(action, server.configuration, **how) for _ in range(count)]  # type: ignore[arg-type]  # the keywords have several types
    return min(runs, key=lambda measured: measured.seconds)


def watched_python(folder: Path, peaks: Path) -> str:
    """Create a Python launcher that writes its peak memory to a file when the process exits."""
    (folder / "watch").mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(_WATCH)
    shim = folder / "python"
    paths = f'BENCH_PEAK={peaks} PYTHONPATH="$PYTHONPATH:{folder / "watch"}"'
    shim.write_text(f'#!/bin/sh\n{paths} exec {sys.executable} "$@"\n')
    shim.chmod(0o700)
    return str(shim)


def highest(peaks: Path) -> int:
    """Return the highest peak memory, in bytes, of the processes that wrote to the file."""
    return max(int(line) for line in peaks.read_text().split()) * 1024
