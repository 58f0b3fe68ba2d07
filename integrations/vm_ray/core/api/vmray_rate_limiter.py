"""The one place that decides how many requests are in flight, and when the next one may start.

One gate is shared by all requests of a run. It starts at a polite level and grows by one with each answer, up to a
ceiling. A 429 halves the level, stops every request until the moment the server named, and from then on spaces the
starts at the pace at which the server answered before it throttled; the pace quickens slowly with each answer.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Final

from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import ParameterError
from ...core.api.vmray_timing import TIMING

INITIAL_CONCURRENCY: Final = 12
MAX_CONCURRENCY: Final = 24
MAX_CONCURRENCY_VARIABLE: Final = "VMRAY_MAX_REQUESTS_IN_FLIGHT"
PACING_DECAY: Final = 0.997
ENOUGH_ANSWERS: Final = 3


def configured_max_concurrency() -> int:
    """Return the operator's cap from the environment variable ``VMRAY_MAX_REQUESTS_IN_FLIGHT``, else the ceiling.

    Raises:
        ParameterError: The variable is set and is not a number from 1 to the ceiling.
    """
    text = os.environ.get(MAX_CONCURRENCY_VARIABLE, "").strip()
    if not text:
        return MAX_CONCURRENCY
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MAX_CONCURRENCY):
        raise ParameterError(
            MAX_CONCURRENCY_VARIABLE, "is not a valid number", f"a whole number from 1 to {MAX_CONCURRENCY}"
        )
    return int(text)


class AdaptiveRateLimiter:
    """Lets requests start: not too many at once, not too fast, none while the server asked for silence."""

    def __init__(self, max_concurrency: int = MAX_CONCURRENCY, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin at the polite level, or at the ceiling where that is lower."""
        self._max_concurrency = max_concurrency
        self._limit = float(min(INITIAL_CONCURRENCY, max_concurrency))
        self._clock = clock
        self._turn = threading.Condition()
        self._in_flight = 0
        self._answered = 0
        self._window_start = clock()
        self._min_interval = 0.0
        self._next_start = 0.0

    @property
    def limit(self) -> int:
        """How many requests may be in flight at this moment."""
        return int(self._limit)

    def acquire(self, deadline: Deadline) -> float:
        """Wait for a turn, and return the moment of the start, to be given to the other methods.

        Raises:
            DeadlineError: The run's time would be up before the turn comes.
        """
        with self._turn:
            while True:
                deadline.check()
                now = self._clock()
                block_for = self._next_start - now
                if block_for <= 0 and self._in_flight < self.limit:
                    self._in_flight += 1
                    self._next_start = max(self._next_start, now - self._min_interval) + self._min_interval
                    return now
                deadline.check(max(0.0, block_for))
                self._turn.wait(
                    min(deadline.remaining, block_for if block_for > 0 else TIMING.slot_check, threading.TIMEOUT_MAX)
                )

    def release(self) -> None:
        """Give the place back, whatever came of the request."""
        with self._turn:
            self._in_flight -= 1
            self._turn.notify()

    def on_success(self) -> None:
        """Grow a little: the server answered."""
        with self._turn:
            self._answered += 1
            growth = 1.0 if not self._min_interval else 1.0 / self._limit
            self._limit = min(float(self._max_concurrency), self._limit + growth)
            self._min_interval *= PACING_DECAY
            self._turn.notify()

    def block_for(self, retry_after: float) -> None:
        """Stop all starts for the time the server named: it is not there, whatever the pace."""
        with self._turn:
            self._next_start = max(self._next_start, self._clock() + retry_after)

    def on_throttled(self, started: float, retry_after: float | None) -> None:
        """Stop all starts for the time the server named, and go on at half the level and at the measured pace.

        Several requests that were in flight together are throttled together: only the first of them counts. The pace is
        measured only where enough requests were answered before; a long pause says nothing about it, and counts little.

        Args:
            started: When the throttled request started.
            retry_after: Seconds from the server's ``Retry-After``, None where it named none.
        """
        with self._turn:
            now = self._clock()
            block_for = TIMING.default_retry_after if retry_after is None else retry_after
            resume = now + block_for
            if started >= self._window_start:
                self._limit = max(1.0, self._limit / 2)
                if self._answered >= ENOUGH_ANSWERS:
                    measured = (now - self._window_start + min(block_for, TIMING.pacing_pause)) / self._answered
                    self._min_interval = min(max(self._min_interval, measured), TIMING.longest_interval)
                self._window_start, self._answered = resume, 0
            self._next_start = max(self._next_start, resume)
            self._turn.notify_all()
