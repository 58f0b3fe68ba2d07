"""The loop of a run: one round for a synchronous action, several for an asynchronous action."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .outcome import ActionRun, Round, RunState, conclude

if TYPE_CHECKING:
    from .context import Context

OnRound = Callable[[Round], None]


class Rounds:
    """The processes of one run.

    Args:
        context: The context that all processes share.
        start_round: Runs one process to its end; its argument is the result value of the previous round.
        cancel: Stops the run when set.
    """

    def __init__(
        self,
        context: Context,
        start_round: Callable[[str | None], Round],
        cancel: threading.Event | None,
    ) -> None:
        self._context = context
        self._start_round = start_round
        self._cancel = cancel or threading.Event()
        self._rounds: list[Round] = []

    def run(self, on_round: OnRound | None) -> ActionRun:
        """Start processes until the run is finished, cancelled or timed out."""
        additional_data: str | None = None
        while True:
            one = self._start_round(additional_data)
            self._rounds.append(one)
            if on_round is not None:
                on_round(one)
            if one.state is not RunState.IN_PROGRESS:
                return self._conclude(one.state, one.message)
            if not self._context.action.is_async:
                return self._conclude(
                    RunState.CRASHED, "the action reports progress, but is not asynchronous"
                )
            additional_data = _hand_back(one)
            if not self._wait():
                return self._conclude(RunState.CANCELLED, "the run was cancelled")
            if time.time() >= self._context.async_deadline:
                timeout = f"{self._context.limits.async_timeout:g} s"
                return self._conclude(RunState.TIMED_OUT, f"not finished after {timeout}. {one.message}")

    def _conclude(self, state: RunState, message: str) -> ActionRun:
        return conclude(self._context.action, self._rounds, state, message)

    def _wait(self) -> bool:
        """Wait for the polling interval, at most until the run's deadline; return False if cancelled."""
        left = max(0.0, self._context.async_deadline - time.time())
        return not self._cancel.wait(min(self._context.limits.poll_interval, left))


def _hand_back(one: Round) -> str:
    """Return the result value for the next round: text unchanged, any other value as JSON."""
    value = one.output["ResultValue"] if one.output else None
    return value if isinstance(value, str) else json.dumps(value)
