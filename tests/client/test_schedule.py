"""The schedule of an action over several runs: the last run, and the time reserved for results."""

from __future__ import annotations

import math
import time

import pytest

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.submissions.vmray_schedule import (
    Schedule,
    end_of_run,
)

HOUR, RUN, POLLING = 3_600.0, 270.0, 60.0


def schedule(left: float | None, run: float = RUN, whole: float = HOUR, polling: float = POLLING) -> Schedule:
    """Return a schedule with this many seconds left of the whole action, and of the present run."""
    now = time.time()
    ends = None if left is None else now + left
    return Schedule(Deadline(now + run), (ends or now) - whole, ends, polling)


@pytest.mark.parametrize(
    ("left", "run", "last"),
    [
        (HOUR, RUN, False),
        (POLLING + TIMING.run_overhead + TIMING.max_last_run + 5, RUN, False),
        (POLLING + TIMING.run_overhead + TIMING.max_last_run - 5, RUN, True),
        (POLLING + TIMING.run_overhead + TIMING.max_last_run - 5, 20.0, False),
        (0.0, RUN, True),
        (None, RUN, False),
    ],
    ids=["much time", "just enough", "too little", "more than here", "none", "no end"],
)
def test_a_run_is_the_last_if_too_little_time_follows(left: float | None, run: float, *, last: bool) -> None:
    """Given too little time for another run that can read all results, then this run is the last one."""
    assert schedule(left, run).is_last_run is last


def test_a_short_action_reserves_a_quarter_for_the_results() -> None:
    """Given a short action, then a quarter is for results; given a long or endless action, one minute."""
    assert schedule(40.0, whole=40.0).for_results == pytest.approx(10.0, abs=0.1)
    assert schedule(HOUR).for_results == schedule(None).for_results == TIMING.max_last_run


@pytest.mark.parametrize(
    ("run", "polling", "whole", "left", "last", "reserved"),
    [
        # nothing is reserved if another run has enough time, even if this run is used to its end
        (270.0, 60.0, HOUR, HOUR, False, 0.0),
        (270.0, 60.0, HOUR, 270.0 + 60.0 + TIMING.run_overhead + 60.0, False, 0.0),
        # the time that the other run would lack
        (270.0, 60.0, HOUR, 270.0 + 60.0 + TIMING.run_overhead + 40.0, False, 20.0),
        # all of the time for results if no other run would fit
        (270.0, 60.0, HOUR, 292.0, False, 60.0),
        (270.0, 60.0, HOUR, 272.0, False, 60.0),
        (110.0, 60.0, HOUR, 112.0, True, 55.0),
        # never more than half of the run, because the run has to read the status of all items first
        (54.0, 120.0, 300.0, 125.0, True, 27.0),
        (27.0, 60.0, 300.0, 59.0, True, 13.5),
        (37.8, 60.0, HOUR, 42.0, True, 18.9),
        (7.0, 5.0, 40.0, 8.0, True, 3.5),
        (0.0, 60.0, HOUR, 1.0, True, 0.0),
        # the end of the action is unknown
        (270.0, 60.0, HOUR, None, False, 0.0),
        (math.inf, 60.0, HOUR, None, False, 0.0),
        # the end of this run is unknown
        (math.inf, 60.0, HOUR, 100.0, True, 60.0),
    ],
)
def test_what_is_reserved_for_the_results(  # noqa: PLR0913 - the columns of the table
    run: float, polling: float, whole: float, left: float | None, *, last: bool, reserved: float
) -> None:
    """Given each situation, then this many seconds of the run are reserved."""
    present = schedule(left, run, whole, polling)
    assert present.is_last_run is last
    assert present.reserved == pytest.approx(reserved, abs=0.5)


@pytest.mark.parametrize("run", [10.0, 27.0, 54.0, 270.0, 1_170.0])
@pytest.mark.parametrize("polling", [0.0, 5.0, 60.0, 120.0, 600.0])
@pytest.mark.parametrize("whole", [30.0, 300.0, HOUR, 24 * HOUR])
def test_the_reporting_run_always_has_time_for_the_results(run: float, polling: float, whole: float) -> None:
    """Given any remaining time, then this run, or the run after it, has time for status and results."""
    for percent in range(1, 100):
        left = whole * percent / 100
        usable = min(run, 0.9 * left)
        present = schedule(left, usable, whole, polling)
        reserved = present.reserved
        assert 0.0 <= reserved <= usable / 2
        if present.is_last_run:
            assert reserved >= min(present.for_results, usable / 2) - 0.5
        spent = usable - reserved
        after = schedule(left - spent, reserved, whole, polling)
        another = left - spent - polling - TIMING.run_overhead
        enough = min(present.for_results, usable / 2) / 2 - 0.5
        assert (reserved if after.is_last_run else another) >= enough


@pytest.mark.parametrize(
    ("run", "action", "expected"),
    [
        (200.0, 3_600.0, 180.0),
        (300.0, 20.0, 18.0),
        (300.0, 5.0, 5.0 - TIMING.min_margin),
        (300.0, -5.0, 270.0),
        (300.0, None, 270.0),
        (3_000.0, None, 3_000.0 - TIMING.max_margin),
        (None, 20.0, 18.0),
        (-1.0, 20.0, -2.0),
    ],
)
def test_requests_end_before_the_earlier_deadline(
    run: float | None, action: float | None, expected: float
) -> None:
    """Given two deadlines, then the earlier one counts, with a margin; a past end of the action does not."""
    now = time.time()
    run_ms, action_ms = (None if left is None else int((now + left) * 1000) for left in (run, action))
    end = end_of_run(run_ms, action_ms)
    assert end is not None
    assert end - now == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("nothing", [None, 0])
def test_without_deadlines_a_run_has_no_end(nothing: int | None) -> None:
    """Given no deadlines, as for an action that a person starts, then the run has no end."""
    assert end_of_run(nothing, nothing) is None
