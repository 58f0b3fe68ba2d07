"""How many requests may be in flight, and when the next one may start.

All requests of a run share one rate limiter. The concurrency limit starts at 12, rises by 1 with each response, and
ends at 24. A 429 halves the limit and stops all requests until the time that the server named. After a 429 the requests
are also paced: the interval between two starts is the one at which the server responded before. This interval shrinks
by 0.3 % with each response.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import DeadlineError, ParameterError
from ...core.api.vmray_timing import TIMING

INITIAL_CONCURRENCY: Final = 12
MAX_CONCURRENCY: Final = 24
MAX_CONCURRENCY_VARIABLE: Final = "VMRAY_MAX_REQUESTS_IN_FLIGHT"
PACING_DECAY: Final = 0.997
ENOUGH_RESPONSES: Final = 3


def configured_max_concurrency() -> int:
    """Return the limit from the environment variable ``VMRAY_MAX_REQUESTS_IN_FLIGHT``, else ``MAX_CONCURRENCY``.

    Raises:
        ParameterError: The variable is set and is not a number from 1 to ``MAX_CONCURRENCY``.
    """
    text = os.environ.get(MAX_CONCURRENCY_VARIABLE, "").strip()
    if not text:
        return MAX_CONCURRENCY
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MAX_CONCURRENCY):
        raise ParameterError(
            MAX_CONCURRENCY_VARIABLE, "is not a valid number", f"a whole number from 1 to {MAX_CONCURRENCY}"
        )
    return int(text)


class RateLimiter(Protocol):
    """What the transport needs from a rate limiter; the methods are called from several threads."""

    def acquire(self, deadline: Deadline) -> float:
        """Wait until a request may start, and return its start time, for ``on_rate_limited``.

        Raises:
            DeadlineError: The time of the run ends before a request may start.
        """

    def release(self) -> None:
        """Record that the request has ended, with or without a response."""

    def on_success(self) -> None:
        """Record a usable response."""

    def on_rate_limited(self, started: float, retry_after: float | None) -> None:
        """Record a 429 to the request that started at this time, and its ``Retry-After`` in seconds."""

    def block_for(self, retry_after: float) -> None:
        """Start no request for this number of seconds: the server is not available until then."""


class AdaptiveRateLimiter:
    """Additive increase, multiplicative decrease (AIMD) of the concurrency, and pacing after a 429."""

    def __init__(self, max_concurrency: int = MAX_CONCURRENCY, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with ``INITIAL_CONCURRENCY``, or with the maximum if the maximum is lower."""
        self._max_concurrency = max_concurrency
        self._limit = float(min(INITIAL_CONCURRENCY, max_concurrency))
        self._clock = clock
        self._turn = threading.Condition()
        self._in_flight = 0
        self._responses = 0
        self._window_start = clock()
        self._min_interval = 0.0
        self._next_start = 0.0

    @property
    def limit(self) -> int:
        """How many requests may be in flight now."""
        return int(self._limit)

    def acquire(self, deadline: Deadline) -> float:
        """Wait until a request may start, and return its start time.

        Raises:
            DeadlineError: The time of the run ends before a request may start.
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
                if deadline.remaining <= block_for:
                    raise DeadlineError(pause=block_for)
                self._turn.wait(
                    min(deadline.remaining, block_for if block_for > 0 else TIMING.slot_check, threading.TIMEOUT_MAX)
                )

    def release(self) -> None:
        """Free the slot of the request."""
        with self._turn:
            self._in_flight -= 1
            self._turn.notify()

    def on_success(self) -> None:
        """Raise the limit: the server responded."""
        with self._turn:
            self._responses += 1
            growth = 1.0 if not self._min_interval else 1.0 / self._limit
            self._limit = min(float(self._max_concurrency), self._limit + growth)
            self._min_interval *= PACING_DECAY
            self._turn.notify()

    def block_for(self, retry_after: float) -> None:
        """Start no request for this number of seconds; the pace stays."""
        with self._turn:
            self._next_start = max(self._next_start, self._clock() + retry_after)

    def on_rate_limited(self, started: float, retry_after: float | None) -> None:
        """Start no request for the time that the server named, then continue with half the limit, at the measured pace.

        Requests that were in flight together often get a 429 together: only the first 429 counts. The pace is measured
        only after enough responses. A long pause does not describe the pace, so only a part of the pause counts.

        Args:
            started: When the rejected request started.
            retry_after: The seconds of ``Retry-After``; None if the server named none.
        """
        with self._turn:
            now = self._clock()
            block_for = TIMING.default_retry_after if retry_after is None else retry_after
            resume = now + block_for
            if started >= self._window_start:
                self._limit = max(1.0, self._limit / 2)
                if self._responses >= ENOUGH_RESPONSES:
                    measured = (now - self._window_start + min(block_for, TIMING.pacing_pause)) / self._responses
                    self._min_interval = min(max(self._min_interval, measured), TIMING.longest_interval)
                self._window_start, self._responses = resume, 0
            self._next_start = max(self._next_start, resume)
            self._turn.notify_all()
