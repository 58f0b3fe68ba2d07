"""The loop that drives a run: one round for a synchronous action, as many as it takes otherwise."""

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
        context: What stays the same for all of them.
        start_round: Starts one and waits for its end; takes the value that the round before handed back.
        cancel: Ends the run when set.
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
        """Start processes until one of them settles the run, or its time is over."""
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
        return conclude(self._context.action.name, self._rounds, state, message)

    def _wait(self) -> bool:
        """Sit out the polling interval, not longer than the run's time; returns False when cancelled."""
        left = max(0.0, self._context.async_deadline - time.time())
        return not self._cancel.wait(min(self._context.limits.poll_interval, left))


def _hand_back(one: Round) -> str:
    """The result value as the next round gets it: text stays text, anything else becomes JSON."""
    value = one.output["ResultValue"] if one.output else None
    return value if isinstance(value, str) else json.dumps(value)
