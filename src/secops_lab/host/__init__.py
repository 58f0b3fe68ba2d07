"""The host: starts an action's script as the platform starts it, and reads what comes back."""

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
