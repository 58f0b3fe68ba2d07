"""The time of an action over several runs: when the last one is, and what is kept for the results."""

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
    """So many seconds are left of a whole action, and of the present run."""
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
def test_the_last_run_is_the_one_after_which_time_would_be_short(
    left: float | None, run: float, *, last: bool
) -> None:
    """Another run has to start, and to read all results; the run that has more time for it does it."""
    assert schedule(left, run).is_last_run is last


def test_a_short_action_keeps_a_quarter_for_the_results() -> None:
    """A long one a minute, one without an end a minute as well."""
    assert schedule(40.0, whole=40.0).for_results == pytest.approx(10.0, abs=0.1)
    assert schedule(HOUR).for_results == schedule(None).for_results == TIMING.max_last_run


@pytest.mark.parametrize(
    ("run", "polling", "whole", "left", "last", "reserved"),
    [
        # nothing is kept where another run has enough time, even if this one is used to its end
        (270.0, 60.0, HOUR, HOUR, False, 0.0),
        (270.0, 60.0, HOUR, 270.0 + 60.0 + TIMING.run_overhead + 60.0, False, 0.0),
        # as much as the other run would lack
        (270.0, 60.0, HOUR, 270.0 + 60.0 + TIMING.run_overhead + 40.0, False, 20.0),
        # all of it where no other run would fit
        (270.0, 60.0, HOUR, 292.0, False, 60.0),
        (270.0, 60.0, HOUR, 272.0, False, 60.0),
        (110.0, 60.0, HOUR, 112.0, True, 55.0),
        # never more than half of the run, which has to ask how far everything is before
        (54.0, 120.0, 300.0, 125.0, True, 27.0),
        (27.0, 60.0, 300.0, 59.0, True, 13.5),
        (37.8, 60.0, HOUR, 42.0, True, 18.9),
        (7.0, 5.0, 40.0, 8.0, True, 3.5),
        (0.0, 60.0, HOUR, 1.0, True, 0.0),
        # no end is known
        (270.0, 60.0, HOUR, None, False, 0.0),
        (math.inf, 60.0, HOUR, None, False, 0.0),
        # no end of this run is known
        (math.inf, 60.0, HOUR, 100.0, True, 60.0),
    ],
)
def test_what_is_reserved_for_the_results(  # noqa: PLR0913 - the columns of the table
    run: float, polling: float, whole: float, left: float | None, *, last: bool, reserved: float
) -> None:
    """So many seconds of a run, in each situation."""
    present = schedule(left, run, whole, polling)
    assert present.is_last_run is last
    assert present.reserved == pytest.approx(reserved, abs=0.5)


@pytest.mark.parametrize("run", [10.0, 27.0, 54.0, 270.0, 1_170.0])
@pytest.mark.parametrize("polling", [0.0, 5.0, 60.0, 120.0, 600.0])
@pytest.mark.parametrize("whole", [30.0, 300.0, HOUR, 24 * HOUR])
def test_whatever_is_left_a_run_that_reports_has_time_for_it(
    run: float, polling: float, whole: float
) -> None:
    """Both for asking and for the results, at every moment; and so has the run after one that was used up."""
    for percent in range(1, 100):
        left = whole * percent / 100
        usable = min(run, 0.9 * left)
        present = schedule(left, usable, whole, polling)
        kept = present.reserved
        assert 0.0 <= kept <= usable / 2
        if present.is_last_run:
            assert kept >= min(present.for_results, usable / 2) - 0.5
        spent = usable - kept
        after = schedule(left - spent, kept, whole, polling)
        another = left - spent - polling - TIMING.run_overhead
        enough = min(present.for_results, usable / 2) / 2 - 0.5
        assert (kept if after.is_last_run else another) >= enough


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
def test_requests_end_before_whatever_ends_first(
    run: float | None, action: float | None, expected: float
) -> None:
    """With a margin for writing the result; an action that goes on after its end has the time of its run."""
    now = time.time()
    run_ms, action_ms = (None if left is None else int((now + left) * 1000) for left in (run, action))
    end = end_of_run(run_ms, action_ms)
    assert end is not None
    assert end - now == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("nothing", [None, 0])
def test_without_moments_there_is_no_end(nothing: int | None) -> None:
    """The platform sets none when it runs an action by hand."""
    assert end_of_run(nothing, nothing) is None
