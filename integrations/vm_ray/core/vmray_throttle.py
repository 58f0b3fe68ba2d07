"""The one place that decides how many requests are in flight, and when the next one may start.

One gate is shared by all requests of a run. It starts at a polite level and grows by one with each answer, up to a
ceiling. A 429 halves the level, stops every request until the moment the server named, and from then on spaces the
starts at the pace at which the server answered before it throttled; the pace quickens slowly with each answer.
"""

from __future__ import annotations

import os
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from ..core.vmray_errors import DeadlineReached, ParameterError

Result = TypeVar("Result")

POLITE_LEVEL: Final = 12
CEILING: Final = 24
CEILING_VARIABLE: Final = "VMRAY_MAX_REQUESTS_IN_FLIGHT"
QUICKENING: Final = 0.997
ENOUGH_ANSWERS: Final = 3
DEFAULT_PAUSE_SECONDS: Final = 1.0
# A server that counts requests by the second asks for the rest of that second, which is part of its pace. A longer
# pause is kept once, and would say nothing about the pace: one of a minute would leave room for few requests a minute.
PACE_PAUSE_SECONDS: Final = 1.0
# A slower server says so by its pauses, which stop every request; and the measured time may hold time without requests.
SLOWEST_SPACING_SECONDS: Final = 0.5


def configured_ceiling() -> int:
    """Return the operator's cap from the environment variable ``VMRAY_MAX_REQUESTS_IN_FLIGHT``, else the ceiling.

    Raises:
        ParameterError: The variable is set and is not a number from 1 to the ceiling.
    """
    text = os.environ.get(CEILING_VARIABLE, "").strip()
    if not text:
        return CEILING
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= CEILING):
        raise ParameterError(CEILING_VARIABLE, "is not a usable number", f"a whole number from 1 to {CEILING}")
    return int(text)


def back_off(failures: int) -> float:
    """Return how many seconds to wait after so many failures of one request: doubling, with jitter, at most 30."""
    return min(30.0, 0.25 * 2.0 ** (failures - 1)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret


def in_time(work: Callable[[], Result], seconds: float) -> Result:
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
    return result  # type: ignore[return-value] # without an error it is the result


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
    def earlier(self, seconds: float) -> Iterator[None]:
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
            raise DeadlineReached


class Gate:
    """Lets requests start: not too many at once, not too fast, none while the server asked for silence."""

    def __init__(self, ceiling: int = CEILING, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin at the polite level, or at the ceiling where that is lower."""
        self._ceiling = ceiling
        self._level = float(min(POLITE_LEVEL, ceiling))
        self._clock = clock
        self._turn = threading.Condition()
        self._in_flight = 0
        self._answered = 0
        self._window_start = clock()
        self._spacing = 0.0
        self._next_start = 0.0

    @property
    def level(self) -> int:
        """How many requests may be in flight at this moment."""
        return int(self._level)

    def enter(self, deadline: Deadline) -> float:
        """Wait for a turn, and return the moment of the start, to be given to the other methods.

        Raises:
            DeadlineReached: The run's time would be up before the turn comes.
        """
        with self._turn:
            while True:
                deadline.check()
                now = self._clock()
                pause = self._next_start - now
                if pause <= 0 and self._in_flight < self.level:
                    self._in_flight += 1
                    self._next_start = max(self._next_start, now - self._spacing) + self._spacing
                    return now
                deadline.check(max(0.0, pause))
                self._turn.wait(min(deadline.remaining, pause if pause > 0 else 1.0, threading.TIMEOUT_MAX))

    def leave(self) -> None:
        """Give the place back, whatever came of the request."""
        with self._turn:
            self._in_flight -= 1
            self._turn.notify()

    def answered(self) -> None:
        """Grow a little: the server answered."""
        with self._turn:
            self._answered += 1
            growth = 1.0 if not self._spacing else 1.0 / self._level
            self._level = min(float(self._ceiling), self._level + growth)
            self._spacing *= QUICKENING
            self._turn.notify()

    def pause(self, retry_after: float) -> None:
        """Stop all starts for the time the server named: it is not there, whatever the pace."""
        with self._turn:
            self._next_start = max(self._next_start, self._clock() + retry_after)

    def throttled(self, started: float, retry_after: float | None) -> None:
        """Stop all starts for the time the server named, and go on at half the level and at the measured pace.

        Several requests that were in flight together are throttled together: only the first of them counts. The pace is
        measured only where enough requests were answered before; a long pause says nothing about it, and counts little.

        Args:
            started: When the throttled request started.
            retry_after: Seconds from the server's ``Retry-After``, None where it named none.
        """
        with self._turn:
            now = self._clock()
            pause = DEFAULT_PAUSE_SECONDS if retry_after is None else retry_after
            resume = now + pause
            if started >= self._window_start:
                self._level = max(1.0, self._level / 2)
                if self._answered >= ENOUGH_ANSWERS:
                    measured = (now - self._window_start + min(pause, PACE_PAUSE_SECONDS)) / self._answered
                    self._spacing = min(max(self._spacing, measured), SLOWEST_SPACING_SECONDS)
                self._window_start, self._answered = resume, 0
            self._next_start = max(self._next_start, resume)
            self._turn.notify_all()
