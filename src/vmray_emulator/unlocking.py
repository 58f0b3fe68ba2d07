"""Unlocking the reports of a sample that were bought as a verdict only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmray_emulator.job_schedule import schedule, since_beginning
from vmray_emulator.quota import EXHAUSTED, book, is_refused
from vmray_emulator.store import column

if TYPE_CHECKING:
    from vmray_emulator.state import ServerState


def unlock(state: ServerState, sample_id: int) -> dict[str, Any]:
    """Unlock the locked analyses of a sample, at once or after `unlock_seconds`.

    Returns:
        The ids of these analyses; without quota, no ids and `errors` (inferred).
    """
    where = f"{column('analysis_sample_id')} = ? AND {column('analysis_lock_status')} = 'locked'"
    locked = state.store.select("analysis", where, (sample_id,))
    if locked and is_refused(state, "report"):
        return {"unlocked_analysis_ids": [], "errors": [{"error_msg": EXHAUSTED}]}
    unit = state.settings.unlock_unit
    book(state, "unlock", sample_id, "report", len(locked) if unit == "analysis" else min(1, len(locked)))
    delay = state.settings.unlock_seconds
    for analysis in locked:
        number = analysis["analysis_id"]
        state.store.change("analysis", number, lock_status="unlocking" if delay else "unlocked")
        if delay:
            submission_id = analysis["analysis_submission_id"]
            schedule(state, submission_id, since_beginning(state, submission_id) + delay, "unlock", number)
    return {"unlocked_analysis_ids": [analysis["analysis_id"] for analysis in locked]}
