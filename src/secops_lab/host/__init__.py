"""The host: start an action's script like the platform and read its output."""

from __future__ import annotations

from .action_host import ActionHost
from .errors import HostError
from .outcome import ActionRun, Round, RunState
from .rounds import OnRound
from .scheduled_script import ScriptRun, run_connector, run_job

__all__ = [
    "ActionHost",
    "ActionRun",
    "HostError",
    "OnRound",
    "Round",
    "RunState",
    "ScriptRun",
    "run_connector",
    "run_job",
]
