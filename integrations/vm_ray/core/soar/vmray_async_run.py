"""When an asynchronous action reports: one run after the other, within the times that the platform sets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_run import Run
from ...core.submissions.vmray_detonation import Detonation
from ...core.submissions.vmray_schedule import Schedule


def is_first_run() -> bool:
    """Return whether the platform started the action anew; later runs receive the state of the one before."""
    return len(sys.argv) < 3 or sys.argv[2] == "True"  # noqa: PLR2004 - the platform's own flag


def schedule_of(run: Run, began: float) -> Schedule:
    """Return the times of this run and of the whole action."""
    ends_ms = run.siemplify.async_total_duration_deadline
    interval = float(run.siemplify.async_polling_interval_in_sec or 0)
    return Schedule(run.deadline, began, ends_ms / 1000 if ends_ms else None, interval)


def report_when_due(
    run: Run,
    schedule: Schedule,
    detonations: Sequence[Detonation],
    report: Callable[[bool], Outcome | None],
    *,
    pending: bool,
) -> Outcome | None:
    """Report if all items are ready or if this is the last run; return None to continue in another run.

    Args:
        run: The current run.
        schedule: The times of the action.
        detonations: The items; in the last run, their children are no longer waited for.
        report: Reports; the argument says whether this is the last run. None if another run could report more.
        pending: Whether an item needs more requests before it can be reported.
    """
    if not schedule.is_last_run:
        if pending:
            return None
        with run.deadline.reserving(schedule.reserved):
            outcome = report(False)  # noqa: FBT003 - the only argument
        if outcome is not None or not schedule.is_last_run:
            return outcome
    for each in detonations:
        each.stop_tracking_children()
    return report(True)  # noqa: FBT003 - the only argument
