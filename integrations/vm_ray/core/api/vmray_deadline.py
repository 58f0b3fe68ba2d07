"""The deadline of a run, and a time limit for one call."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ...core.api.vmray_errors import DeadlineError

Result = TypeVar("Result")


def call_with_timeout(work: Callable[[], Result], seconds: float) -> Result:
    """Do something and return its result, or stop waiting for it: time limits of sockets start anew with each byte.

    Raises:
        TimeoutError: It takes longer than so many seconds; it is left to itself.
    """
    outcome: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()

    def worker() -> None:
        try:
            outcome.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits, and raised there
            outcome.put((None, error))

    threading.Thread(target=worker, daemon=True).start()
    try:
        result, error = outcome.get(timeout=min(seconds, threading.TIMEOUT_MAX))
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # without an error it is the result


class Deadline:
    """The moment by which this run must have ended, with a margin for writing the result."""

    def __init__(self, at: float | None, clock: Callable[[], float] = time.time) -> None:
        """Set the moment (Unix seconds; None for none)."""
        self._at = at
        self._clock = clock

    @property
    def remaining(self) -> float:
        """Seconds left, at least 0; infinite without a deadline."""
        return float("inf") if self._at is None else max(0.0, self._at - self._clock())

    @contextmanager
    def reserving(self, seconds: float) -> Iterator[None]:
        """Let everything inside end so many seconds earlier, to keep them for what comes after."""
        kept = self._at
        if kept is not None:
            self._at = kept - seconds
        try:
            yield
        finally:
            self._at = kept

    def check(self, seconds: float = 0.0) -> None:
        """Raise DeadlineReached unless more than so many seconds are left."""
        if self.remaining <= seconds:
            raise DeadlineError
