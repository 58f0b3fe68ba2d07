"""Repeating an analysis: a new job of the same sample, in the same machine, without a new submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmray_emulator.errors import NotFoundError
from vmray_emulator.job_schedule import count_reads_again, schedule, schedule_job, since_beginning
from vmray_emulator.jobs import CARRIED, ENGINE_OF, new_job
from vmray_emulator.quota import EXHAUSTED, book, is_refused

if TYPE_CHECKING:
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record


def reanalyze(state: ServerState, analysis: Record) -> dict[str, Any]:
    """Queue a job that repeats an analysis.

    Returns:
        The job; without quota, `errors` in place of a job (inferred).

    Raises:
        NotFoundError: The sample or the submission of the analysis does not exist any more.
    """
    sample = state.store.get("sample", analysis["analysis_sample_id"])
    submission = state.store.get("submission", analysis["analysis_submission_id"])
    if sample is None or submission is None:
        raise NotFoundError
    if is_refused(state, submission["submission_quota_type"]):
        return {"errors": [{"error_msg": EXHAUSTED}]}
    book(state, "reanalysis", analysis["analysis_id"], submission["submission_quota_type"], 1)
    return state.serialize("job", _queued(state, analysis, submission, sample))


def _queued(state: ServerState, analysis: Record, submission: Record, sample: Record) -> Record:
    """Store the job, and plan its progress."""
    engine = ENGINE_OF[analysis["analysis_analyzer_name"]]
    job = new_job(state, {**submission, "submission_created": state.stamp()}, sample, engine)
    place = {name: value for name in CARRIED if (value := analysis[f"analysis_{name}"]) is not None}
    number = submission["submission_id"]
    start = since_beginning(state, number)
    end = schedule_job(state, number, job["job_id"], engine, state.settings.detonation_seconds, start=start)
    if state.settings.reanalysis_reopens:
        _reopen(state, number)
        schedule(state, number, end, "finish", number)
    count_reads_again(state, number)
    return state.store.change("job", job["job_id"], **place) or job


def _reopen(state: ServerState, submission_id: int) -> None:
    """Make a submission unfinished until its new job has ended."""
    state.store.change("submission", submission_id, finished=False, status="in_progress", finish_time=None)
    state.store.db.execute("UPDATE schedule SET finished = NULL WHERE submission_id = ?", (submission_id,))
