"""Run independent requests concurrently.

The threads are daemon threads: if a fatal error ends the action, the process waits for the requests in flight for a
short time only. It does wait: Python 3.11 can crash when a daemon thread returns while the interpreter shuts down.
The rate limiter alone decides how many requests are in flight (see ``vmray_rate_limiter``).
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_rate_limiter import MAX_CONCURRENCY
from ...core.api.vmray_timing import TIMING

# The limit of finished results in memory: a server may be faster than the platform that takes the results.
MAX_WAITING: Final = MAX_CONCURRENCY

Item = TypeVar("Item")
Result = TypeVar("Result")
First = TypeVar("First")
Second = TypeVar("Second")

_DONE: Final = object()


def map_concurrently(
    work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Result | VMRayError]]:
    """Process all items concurrently, and yield each item with its result, in the order of completion.

    Args:
        work: The function for one item; called in several threads.
        items: The items; each is processed once.

    Yields:
        The item and its result, or the VMRayError of this item.

    Raises:
        VMRayError: The first fatal error; requests in flight are waited for at most ``TIMING.thread_end``.
    """
    waiting = list(items)
    outcomes: queue.SimpleQueue[tuple[Item, Result | BaseException]] = queue.SimpleQueue()
    remaining = iter(waiting)
    turn = threading.Lock()
    room = threading.Semaphore(MAX_CONCURRENCY + MAX_WAITING)
    stopped = threading.Event()

    def worker() -> None:
        while room.acquire() and not stopped.is_set():
            with turn:
                item = next(remaining, _DONE)
            if item is _DONE:
                return
            outcomes.put((item, _outcome(work, item)))  # type: ignore[arg-type]  # an item here, never _DONE

    threads = [threading.Thread(target=worker, daemon=True) for _ in range(min(MAX_CONCURRENCY, len(waiting)))]
    for thread in threads:
        thread.start()
    try:
        for _ in waiting:
            item, outcome = outcomes.get()
            match outcome:
                case VMRayError(is_fatal=False):
                    pass  # an error of this item only
                case BaseException():
                    raise outcome
            yield item, outcome
            room.release()
    finally:
        stopped.set()
        room.release(MAX_CONCURRENCY)
        _join(threads)


def run_both(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Call two functions concurrently and return both results.

    Raises:
        VMRayError: The error of the first function, else the error of the second.
    """
    second_outcome: queue.SimpleQueue[Second | BaseException] = queue.SimpleQueue()
    thread = threading.Thread(target=lambda: second_outcome.put(_outcome(lambda _: second(), None)), daemon=True)
    thread.start()
    try:
        mine = first()
    except VMRayError as error:
        if error.is_fatal:
            _join([thread])
        raise
    other = second_outcome.get()
    if isinstance(other, BaseException):
        raise other
    return mine, other


def _join(threads: Iterable[threading.Thread]) -> None:
    """Wait for the ends of threads, together at most ``TIMING.thread_end``."""
    end = time.monotonic() + TIMING.thread_end
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))


def _outcome(work: Callable[[Item], Result], item: Item) -> Result | BaseException:
    try:
        return work(item)
    except BaseException as error:  # noqa: BLE001 - raised again in the waiting thread
        return error
