"""Earlier submits of the same thing: what belongs to one of them, and whether it stands for a new one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from ...core.api.vmray_models import Submission
from ...core.api.vmray_timing import TIMING

REUSE_WINDOW: Final = timedelta(seconds=TIMING.reuse_window)
BATCH_WINDOW: Final = timedelta(seconds=TIMING.batch_window)


def latest_batch(found: Collection[Submission]) -> list[Submission]:
    """Return what the newest submit made: VMRay stores all its parts together (inferred), those without a time too."""
    mine = without_children(found)
    created = {each.submission_id: _moment(each.created) for each in mine}
    newest = max((moment for moment in created.values() if moment), default=None)
    return [each for each in mine if not newest or newest - (created[each.submission_id] or newest) < BATCH_WINDOW]


def is_reusable(act: Collection[Submission], now: datetime) -> bool:
    """Tell whether an earlier submit stands for this one: some of it still runs, or finished well and just now.

    All of an archive or none: a member that is passed over would be missing from the result.

    Args:
        act: What that submit made.
        now: The time in UTC, without a zone, as VMRay writes it.
    """
    ends = [_moment(each.finish_time) for each in act if not each.has_errors]
    return any(not each.finished for each in act) or any(end and abs(now - end) < REUSE_WINDOW for end in ends)


def without_children(found: Collection[Submission]) -> list[Submission]:
    """Leave out what VMRay made out of others, which comes of itself later; in the order of a submit's answer."""
    in_order = sorted(found, key=lambda each: each.submission_id)
    return [each for each in in_order if each.parent_id is None] or in_order


def _moment(text: str) -> datetime | None:
    """Read VMRay's time, which is UTC without saying so."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
