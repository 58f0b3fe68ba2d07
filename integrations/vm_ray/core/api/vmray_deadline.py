"""The deadline of a run, and a time limit for one call."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ...core.api.vmray_errors import DeadlineError
from ...core.api.vmray_threads import start_thread

Result = TypeVar("Result")


def call_with_timeout(work: Callable[[], Result], seconds: float) -> Result:
    """Call a function and return its result, or stop waiting for the function after a time limit.

    A timeout of a socket is not enough: it starts again with each byte.

    Raises:
        TimeoutError: The function takes longer than ``seconds``; its thread continues, and its result is ignored.
    """
    outcome: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()

    def worker() -> None:
        try:
            outcome.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - raised again in the waiting thread
            outcome.put((None, error))

    start_thread(worker)
    try:
        result, error = outcome.get(timeout=min(seconds, threading.TIMEOUT_MAX))
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # without an error, the result is there


class Deadline:
    """The time at which this run must have ended, with a margin for writing the result."""

    def __init__(self, at: float | None, clock: Callable[[], float] = time.time) -> None:
        """Set the time (Unix seconds; None for no deadline)."""
        self._at = at
        self._clock = clock

    @property
    def remaining(self) -> float:
        """The seconds left, at least 0; infinite without a deadline."""
        return float("inf") if self._at is None else max(0.0, self._at - self._clock())

    @contextmanager
    def reserving(self, seconds: float) -> Iterator[None]:
        """Move the deadline earlier by ``seconds`` inside the block, to keep this time for what follows."""
        kept = self._at
        if kept is not None:
            self._at = kept - seconds
        try:
            yield
        finally:
            self._at = kept

    def check(self, seconds: float = 0.0) -> None:
        """Raise DeadlineError unless more than ``seconds`` are left."""
        if self.remaining <= seconds:
            raise DeadlineError
