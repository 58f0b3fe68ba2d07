"""The time of an action over several runs: when the last one is, and what is kept for the results."""

from __future__ import annotations

import time

import pytest

from vm_ray.core.vmray_schedule import MAX_LAST_RUN, START_AND_END, Schedule
from vm_ray.core.vmray_throttle import Deadline

HOUR, RUN, POLLING = 3_600.0, 270.0, 60.0


def schedule(left: float | None, run: float = RUN, whole: float = HOUR) -> Schedule:
    """So many seconds are left of a whole action, and of the present run."""
    now = time.time()
    ends = None if left is None else now + left
    return Schedule(Deadline(now + run), (ends or now) - whole, ends, POLLING)


@pytest.mark.parametrize(
    ("left", "run", "last"),
    [
        (HOUR, RUN, False),
        (POLLING + START_AND_END + MAX_LAST_RUN + 5, RUN, False),
        (POLLING + START_AND_END + MAX_LAST_RUN - 5, RUN, True),
        (POLLING + START_AND_END + MAX_LAST_RUN - 5, 20.0, False),
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
    assert schedule(HOUR).for_results == schedule(None).for_results == MAX_LAST_RUN


@pytest.mark.parametrize(
    ("left", "reserved"),
    [(HOUR, 0.0), (RUN + START_AND_END + 20.0, 40.0), (RUN, 60.0), (None, 0.0)],
    ids=["ends long after this run", "ends soon after it", "ends with it", "no end"],
)
def test_what_lies_within_this_run_is_reserved_in_it(left: float | None, reserved: float) -> None:
    """The rest is there after it."""
    assert schedule(left).reserved == pytest.approx(reserved, abs=0.5)
