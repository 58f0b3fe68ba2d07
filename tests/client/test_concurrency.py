"""Concurrent work: no item is lost, a fatal error ends the work, and waiting results are limited."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_concurrency import MAX_WAITING, map_concurrently, run_both
from vm_ray.core.api.vmray_errors import AuthenticationError, SampleNotFoundError
from vm_ray.core.api.vmray_rate_limiter import MAX_CONCURRENCY


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


def test_a_fatal_error_waits_for_the_threads_of_other_items() -> None:
    """Python 3.11 can crash when a daemon thread returns while the interpreter shuts down."""
    before = set(threading.enumerate())
    started, response = threading.Barrier(2), threading.Event()

    with pytest.raises(AuthenticationError):
        list(map_concurrently(lambda item: slow(started, response) if item else fatal(started), range(2)))

    assert response.is_set()
    assert [each for each in threading.enumerate() if each.daemon and each not in before] == []


def test_a_fatal_error_waits_for_the_thread_of_the_second_function() -> None:
    before = set(threading.enumerate())
    started, response = threading.Barrier(2), threading.Event()

    with pytest.raises(AuthenticationError):
        run_both(lambda: fatal(started), lambda: slow(started, response))

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
