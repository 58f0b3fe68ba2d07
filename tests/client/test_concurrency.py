"""Work side by side: nothing is lost, one cause for all ends it, and a slow taker is not run over."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_concurrency import MAX_WAITING, map_concurrently, run_both
from vm_ray.core.api.vmray_errors import AuthenticationError, SampleNotFoundError
from vm_ray.core.api.vmray_rate_limiter import MAX_CONCURRENCY


@given(st.lists(st.integers(), unique=True, max_size=3 * (MAX_CONCURRENCY + MAX_WAITING)))
def test_each_item_comes_back_once_with_its_own_result(items: list[int]) -> None:
    assert sorted(map_concurrently(lambda each: -each, items)) == sorted((each, -each) for each in items)


def test_a_failure_that_concerns_one_item_leaves_the_others_alone() -> None:
    def work(item: int) -> int:
        if item == 1:
            raise SampleNotFoundError
        return item

    found = dict(map_concurrently(work, range(3)))
    assert isinstance(found.pop(1), SampleNotFoundError)
    assert found == {0: 0, 2: 2}


def test_a_failure_that_concerns_all_ends_the_work() -> None:
    def work(item: int) -> int:
        raise AuthenticationError(f"refused at {item}")

    with pytest.raises(AuthenticationError, match="refused at"):
        list(map_concurrently(work, range(1000)))


def test_results_that_nobody_takes_do_not_pile_up() -> None:
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


def test_what_fails_in_either_of_two_things_is_raised() -> None:
    def fails() -> int:
        raise SampleNotFoundError

    assert run_both(lambda: 1, lambda: "two") == (1, "two")
    with pytest.raises(SampleNotFoundError):
        run_both(fails, lambda: 1)
    with pytest.raises(SampleNotFoundError):
        run_both(lambda: 1, fails)
