"""The host: starts an action's script as the platform starts it, and judges what comes back."""

from __future__ import annotations

from .action_host import ActionHost
from .errors import HostError
from .outcome import ActionRun, Round, RunState

__all__ = ["ActionHost", "ActionRun", "HostError", "Round", "RunState"]
