"""Independent requests side by side.

The threads are daemons: when a cause that concerns all ends the action, nothing waits for requests still in flight.
How many requests really are in flight is decided by the gate alone (see the throttle module).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_rate_limiter import MAX_CONCURRENCY

# Results that may wait to be taken: without a limit, a server that is faster than the platform would fill the memory.
MAX_WAITING: Final = MAX_CONCURRENCY

Item = TypeVar("Item")
Result = TypeVar("Result")
First = TypeVar("First")
Second = TypeVar("Second")

_DONE: Final = object()


def map_concurrently(
    work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Result | VMRayError]]:
    """Do the work on all items at once, and yield each item with its result, in the order in which they are ready.

    Args:
        work: Called in several threads.
        items: Each is worked on once.

    Yields:
        The item and its result, or the VMRayError that concerns this item alone.

    Raises:
        VMRayError: The first one that concerns all items; the others are not waited for.
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
            outcomes.put((item, _outcome(work, item)))  # type: ignore[arg-type]  # not _DONE: an item

    for _ in range(min(MAX_CONCURRENCY, len(waiting))):
        threading.Thread(target=worker, daemon=True).start()
    try:
        for _ in waiting:
            item, outcome = outcomes.get()
            match outcome:
                case VMRayError(is_fatal=False):
                    pass  # it concerns this item alone
                case BaseException():
                    raise outcome
            yield item, outcome
            room.release()
    finally:
        stopped.set()
        room.release(MAX_CONCURRENCY)


def run_both(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Do two things at the same time and return both results.

    Raises:
        VMRayError: What the first raised, else what the second raised.
    """
    answer: queue.SimpleQueue[Second | BaseException] = queue.SimpleQueue()
    threading.Thread(target=lambda: answer.put(_outcome(lambda _: second(), None)), daemon=True).start()
    mine = first()
    other = answer.get()
    if isinstance(other, BaseException):
        raise other
    return mine, other


def _outcome(work: Callable[[Item], Result], item: Item) -> Result | BaseException:
    try:
        return work(item)
    except BaseException as error:  # noqa: BLE001 - carried to the thread that waits, and raised there
        return error
