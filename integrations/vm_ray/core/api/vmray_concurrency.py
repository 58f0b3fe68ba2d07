"""Run independent requests concurrently.

The rate limiter alone decides how many requests are in flight (see ``vmray_rate_limiter``).
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, Generic, NamedTuple, TypeGuard, TypeVar, cast

from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_rate_limiter import MAX_CONCURRENCY
from ...core.api.vmray_threads import start_thread
from ...core.api.vmray_timing import TIMING

# The limit of finished results in memory: a server may be faster than the platform that takes the results.
MAX_WAITING: Final = MAX_CONCURRENCY

Item = TypeVar("Item")
Result = TypeVar("Result")
First = TypeVar("First")
Second = TypeVar("Second")


def map_concurrently(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    threads: int = MAX_CONCURRENCY,
    grace: float = TIMING.thread_end,
) -> Iterator[tuple[Item, Result | VMRayError]]:
    """Process all items concurrently, and yield each item with its result, in the order of completion.

    After a fatal error no further item is started; the items in progress are still yielded, if they end in time.

    Args:
        work: The function for one item; called in several threads.
        items: The items; each is processed once.
        threads: The largest number of threads.
        grace: How long to wait for the items in progress after a fatal error, in seconds.

    Yields:
        The item and its result, or the VMRayError of this item.

    Raises:
        VMRayError: The first fatal error, after the items in progress.
    """
    crew = _Crew(work, list(items))
    crew.start(threads)
    try:
        for item, outcome in crew.outcomes(grace):
            if not _is_fatal(outcome):
                yield item, cast("Result | VMRayError", outcome)
    finally:
        crew.stop()
    if crew.fatal is not None:
        raise crew.fatal


class _Outcome(NamedTuple, Generic[Item, Result]):
    """One item that has ended."""

    item: Item
    value: Result | BaseException


class _Crew(Generic[Item, Result]):
    """The threads that process the items of one call.

    Attributes:
        fatal: The first error that concerns all items; None if there is none.
    """

    def __init__(self, work: Callable[[Item], Result], items: list[Item]) -> None:
        self._work = work
        self._waiting = items[::-1]
        self._unreported = len(items)  # items that are waiting or in progress, or whose outcome was not taken yet
        self._ended: queue.SimpleQueue[_Outcome[Item, Result]] = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._room = threading.Semaphore(MAX_CONCURRENCY + MAX_WAITING)
        self.fatal: BaseException | None = None

    def start(self, threads: int) -> None:
        """Start the threads, at most so many."""
        for _ in range(min(threads, len(self._waiting))):
            start_thread(self._process)

    def stop(self) -> None:
        """Start no further item."""
        with self._turn:
            self._unreported -= len(self._waiting)
            self._waiting.clear()
        self._room.release(MAX_CONCURRENCY)

    def outcomes(self, grace: float) -> Iterator[_Outcome[Item, Result]]:
        """Yield the outcomes; after a fatal one, the outcomes that come within ``grace`` seconds."""
        end: float | None = None
        while self._unreported:
            left = None if end is None else max(0.0, min(end - time.monotonic(), threading.TIMEOUT_MAX))
            try:
                outcome = self._ended.get(timeout=left)
            except queue.Empty:
                return
            with self._turn:
                self._unreported -= 1
            if end is None and _is_fatal(outcome.value):
                self.fatal, end = outcome.value, time.monotonic() + grace
            yield outcome
            self._room.release()

    def _process(self) -> None:
        while self._room.acquire():
            with self._turn:
                if not self._waiting:
                    return
                item = self._waiting.pop()
            value = _value(partial(self._work, item))
            if _is_fatal(value):
                self.stop()
            self._ended.put(_Outcome(item, value))


def _is_fatal(value: object) -> TypeGuard[BaseException]:
    return isinstance(value, BaseException) and not (isinstance(value, VMRayError) and not value.is_fatal)


def run_both(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Call two functions concurrently and return both results.

    Raises:
        VMRayError: The error of the first function, else the error of the second.
    """
    second_value: queue.SimpleQueue[Second | BaseException] = queue.SimpleQueue()
    start_thread(lambda: second_value.put(_value(second)))
    mine = first()
    other = second_value.get()
    if isinstance(other, BaseException):
        raise other
    return mine, other


def run_all(works: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """Call several functions concurrently and return their results by name.

    Raises:
        VMRayError: The error of the first function that failed, in the given order. An error of the very first one is
            raised at once, without waiting for the others.
    """
    ended: dict[str, queue.SimpleQueue[Any]] = {name: queue.SimpleQueue() for name in works}
    (own, mine), *others = works.items()
    for name, work in others:
        start_thread(partial(_put, ended[name], work))
    found = {own: mine()}
    for name, _ in others:
        found[name] = ended[name].get()
        if isinstance(found[name], BaseException):
            raise found[name]
    return found


def _put(ended: queue.SimpleQueue[Any], work: Callable[[], Any]) -> None:
    ended.put(_value(work))


def _value(work: Callable[[], Result]) -> Result | BaseException:
    try:
        return work()
    except BaseException as error:  # noqa: BLE001 - raised again in the waiting thread
        return error
