"""Earlier submits of the same item: which submissions belong to one of them, and whether it can be reused."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from ...core.api.vmray_models import Submission
from ...core.api.vmray_time import parsed_time
from ...core.api.vmray_timing import TIMING

REUSE_WINDOW: Final = timedelta(seconds=TIMING.reuse_window)
BATCH_WINDOW: Final = timedelta(seconds=TIMING.batch_window)


def latest_batch(found: Collection[Submission]) -> list[Submission]:
    """Return the submissions of the newest submit: VMRay stores them together (inferred)."""
    mine = without_children(found)
    created = {each.submission_id: parsed_time(each.created) for each in mine}
    newest = max((moment for moment in created.values() if moment), default=None)
    return [each for each in mine if not newest or newest - (created[each.submission_id] or newest) < BATCH_WINDOW]


def is_reusable(batch: Collection[Submission], now: datetime) -> bool:
    """Return whether an earlier submit can be reused: a part of it still runs, or finished without errors just now.

    All submissions of an archive are reused, or none: otherwise a member would be missing from the result.

    Args:
        batch: The submissions of the earlier submit.
        now: The time of VMRay's clock in UTC, without a time zone, as VMRay writes it.
    """
    ends = [parsed_time(each.finish_time) for each in batch if not each.has_errors]
    return any(not each.finished for each in batch) or any(end and abs(now - end) < REUSE_WINDOW for end in ends)


def without_children(found: Collection[Submission]) -> list[Submission]:
    """Remove the child submissions, which are found later; return the others in the order of a submit's response."""
    in_order = sorted(found, key=lambda each: each.submission_id)
    return [each for each in in_order if each.parent_id is None] or in_order
