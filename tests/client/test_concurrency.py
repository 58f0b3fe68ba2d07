"""Concurrent work: no item is lost, a fatal error ends the work, and waiting results are limited."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_concurrency import MAX_WAITING, map_concurrently, run_both
from vm_ray.core.api.vmray_deadline import call_with_timeout
from vm_ray.core.api.vmray_errors import SampleNotFoundError
from vm_ray.core.api.vmray_rate_limiter import MAX_CONCURRENCY
from vm_ray.core.api.vmray_request_errors import AuthenticationError
from vm_ray.core.api.vmray_threads import wait_for_threads

if TYPE_CHECKING:
    from collections.abc import Callable


@given(st.lists(st.integers(), unique=True, max_size=3 * (MAX_CONCURRENCY + MAX_WAITING)))
def test_each_item_has_its_own_result_once(items: list[int]) -> None:
    assert sorted(map_concurrently(lambda each: -each, items)) == sorted((each, -each) for each in items)


def test_an_error_of_one_item_does_not_affect_the_others() -> None:
    def work(item: int) -> int:
        if item == 1:
            raise SampleNotFoundError
        return item

    found = dict(map_concurrently(work, range(3)))
    assert isinstance(found.pop(1), SampleNotFoundError)
    assert found == {0: 0, 2: 2}


def test_a_fatal_error_ends_the_work() -> None:
    def work(item: int) -> int:
        raise AuthenticationError(f"refused at {item}")

    with pytest.raises(AuthenticationError, match="refused at"):
        list(map_concurrently(work, range(1000)))


def slow(started: threading.Barrier, response: threading.Event) -> int:
    """Wait for a response that comes a little later than the fatal error."""
    started.wait()
    timer = threading.Timer(0.05, response.set)
    timer.daemon = False  # the test counts the daemon threads
    timer.start()
    response.wait()
    return 0


def fatal(started: threading.Barrier) -> int:
    """Fail while the other function waits for its response."""
    started.wait()
    raise AuthenticationError("refused")


def test_items_in_progress_at_a_fatal_error_have_their_results() -> None:
    """Given a fatal error of one item, then the item in progress is yielded, and then the error is raised."""
    started, response = threading.Barrier(2), threading.Event()
    found = map_concurrently(lambda item: slow(started, response) if item else fatal(started), range(2))

    assert next(found) == (1, 0)
    with pytest.raises(AuthenticationError):
        next(found)


def test_the_grace_limits_the_wait_for_items_in_progress() -> None:
    """Given an item that never ends, then the fatal error is raised after the grace."""
    started, never = threading.Barrier(2), threading.Event()

    def hang() -> int:
        started.wait()
        never.wait()
        return 0

    work = map_concurrently(lambda item: hang() if item else fatal(started), range(2), grace=0.05)
    with pytest.raises(AuthenticationError):
        list(work)
    never.set()


def in_map(started: threading.Barrier, response: threading.Event) -> None:
    """Fail in one item while another one is in progress."""
    work = [lambda: fatal(started), lambda: slow(started, response)]
    list(map_concurrently(lambda item: work[item](), range(2), grace=0.0))


def in_both(started: threading.Barrier, response: threading.Event) -> None:
    """Fail in the first function while the second one is in progress."""
    run_both(lambda: fatal(started), lambda: slow(started, response))


def in_time(started: threading.Barrier, response: threading.Event) -> None:
    """Stop waiting for a function that is in progress."""
    threading.Thread(target=started.wait).start()
    call_with_timeout(lambda: slow(started, response), 0.01)


@pytest.mark.parametrize("work", [in_map, in_both, in_time])
def test_the_end_of_the_process_waits_for_all_threads(
    work: Callable[[threading.Barrier, threading.Event], None],
) -> None:
    """Python 3.11 can crash when a daemon thread returns while the interpreter shuts down."""
    before = set(threading.enumerate())
    started, response = threading.Barrier(2), threading.Event()
    with pytest.raises((AuthenticationError, TimeoutError)):
        work(started, response)

    wait_for_threads()

    assert response.is_set()
    assert [each for each in threading.enumerate() if each.daemon and each not in before] == []


def test_a_thread_without_an_end_does_not_keep_the_error() -> None:
    """Given a response that never comes, then the fatal error is raised nevertheless."""
    started, never = threading.Barrier(2), threading.Event()

    def hang() -> int:
        started.wait()
        never.wait()
        return 0

    with pytest.raises(AuthenticationError):
        run_both(lambda: fatal(started), hang)
    never.set()


def test_the_number_of_waiting_results_is_limited() -> None:
    most = MAX_CONCURRENCY + MAX_WAITING
    all_are_done = threading.Event()
    done: list[int] = []

    def work(item: int) -> int:
        done.append(item)
        if len(done) > most:
            all_are_done.set()
        return item

    results = map_concurrently(work, range(1000))
    next(results)
    assert not all_are_done.wait(0.3)
    assert len(done) <= most
    assert len(list(results)) == 999


def test_run_both_raises_the_error_of_either_function() -> None:
    def fails() -> int:
        raise SampleNotFoundError

    assert run_both(lambda: 1, lambda: "two") == (1, "two")
    with pytest.raises(SampleNotFoundError):
        run_both(fails, lambda: 1)
    with pytest.raises(SampleNotFoundError):
        run_both(lambda: 1, fails)
