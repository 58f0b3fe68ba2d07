"""The progress of submissions: events are due by the emulated clock, or reads trigger them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from vmray_emulator.analyses import TODO
from vmray_emulator.child_submissions import spawn_children
from vmray_emulator.completion import finish_submission
from vmray_emulator.job_schedule import queue_analyses, schedule, schedule_options, since_beginning
from vmray_emulator.jobs import end_job, end_reputation_job
from vmray_emulator.store import column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from vmray_emulator.state import ServerState


def settle(state: ServerState, upto: float, root_id: int | None = None) -> None:
    """Process the events that are due.

    Args:
        state: The server.
        upto: The emulated moment. Infinity finishes every submission.
        root_id: Only this submission and its children.
    """
    where = "due <= ?" if root_id is None else "due <= ? AND root_id = ?"
    values: tuple[float | int, ...] = (upto,) if root_id is None else (upto, root_id)
    sql = f"SELECT id, submission_id, due, verb, target FROM event WHERE {where} ORDER BY due, id"  # noqa: S608 - names of our own tables and fields
    while (event := state.store.db.execute(sql, values).fetchone()) is not None:
        number, submission_id, due, verb, target = event
        state.store.db.execute("DELETE FROM event WHERE id = ?", (number,))
        state.clock.leap_to(due)
        _VERBS[verb](state, submission_id, target)


def settle_all(state: ServerState) -> None:
    """Finish every submission, also those of known samples that run without an end."""
    settle(state, math.inf)
    running = state.store.db.execute("SELECT submission_id FROM schedule WHERE finished IS NULL").fetchall()
    for (number,) in running:
        for job in state.store.select("job", f"{column('job_submission_id')} = ?", (number,)):
            _end(state, number, job["job_id"])
        finish_submission(state, number)


def tick(state: ServerState) -> None:
    """Process due events at the beginning of a request, as the mode of the lifecycle demands."""
    if state.lifecycle.mode == "immediate":
        settle(state, math.inf)
    elif state.lifecycle.timed:
        settle(state, state.clock.now())


def observe(state: ServerState, submission_ids: Iterable[int]) -> bool:
    """Count a read of submissions with something to do. In the mode `reads:N` reads make them progress.

    The first read returns the state that the response to the submission had. Read N+1 returns the finished
    submission. A submission and its children progress together.

    Returns:
        Whether a state may have changed.
    """
    if state.lifecycle.mode != "reads":
        return False
    sql = """SELECT root_id FROM schedule AS own WHERE submission_id = ? AND (finished IS NULL
             OR EXISTS (SELECT 1 FROM event WHERE event.submission_id = own.submission_id))"""
    roots = {row[0] for number in set(submission_ids) for row in state.store.db.execute(sql, (number,))}
    for root in roots:
        reads = state.store.next_number(f"reads:{root}")
        started, planned = state.store.db.execute(
            "SELECT started, planned FROM schedule WHERE submission_id = ?", (root,)
        ).fetchone()
        last = reads > state.lifecycle.amount
        upto = math.inf if last else started + planned * (reads - 1) / state.lifecycle.amount
        settle(state, upto, root)
    return bool(roots)


def _begin(state: ServerState, submission_id: int, job_id: int) -> None:
    tracking = "//running/vm/executing/sample"
    state.store.change("job", job_id, status="inwork", statuschanged=state.stamp(), tracking_state=tracking)
    _in_progress(state, submission_id)


def _upload(state: ServerState, _submission_id: int, job_id: int) -> None:
    tracking = "//running/uploading"
    state.store.change(
        "job", job_id, status="uploading", statuschanged=state.stamp(), tracking_state=tracking
    )


def _end(state: ServerState, submission_id: int, job_id: int) -> None:
    job = state.store.get("job", job_id)
    if job is None:
        return
    analysis = end_job(state, job, state.findings(job["job_sample_id"]))
    if analysis["analysis_ioc_aggregation_state"] == TODO and state.lifecycle.timed:
        due = since_beginning(state, submission_id) + state.settings.aggregation_seconds
        schedule(state, submission_id, due, "aggregate", analysis["analysis_id"])


def _aggregate(state: ServerState, _submission_id: int, analysis_id: int) -> None:
    lists = ("ioc", "vti", "mitre_attack")
    state.store.change("analysis", analysis_id, **{f"{one}_aggregation_state": "ok" for one in lists})


def _unlock(state: ServerState, _submission_id: int, analysis_id: int) -> None:
    state.store.change("analysis", analysis_id, lock_status="unlocked")


def _begin_reputation(state: ServerState, submission_id: int, job_id: int) -> None:
    state.store.change("reputation_job", job_id, status="inwork", statuschanged=state.stamp())
    _in_progress(state, submission_id)


def _end_reputation(state: ServerState, _submission_id: int, job_id: int) -> None:
    job = state.store.get("reputation_job", job_id)
    if job is not None:
        sample_id = job["reputation_job_sample_id"]
        findings = state.findings(sample_id)
        end_reputation_job(state, job, findings)
        state.store.change("sample", sample_id, last_reputation_severity=findings.reputation)


def _triaged(state: ServerState, submission_id: int, _target: int) -> None:
    submission = state.store.change("submission", submission_id, triaged=True, triage_stage="reputation")
    sample = submission and state.store.get("sample", submission["submission_sample_id"])
    if submission and sample:
        queue_analyses(state, submission, sample, schedule_options(state, submission_id))


def _spawn(state: ServerState, submission_id: int, _target: int) -> None:
    spawn_children(state, submission_id)


def _in_progress(state: ServerState, submission_id: int) -> None:
    submission = state.store.get("submission", submission_id)
    if submission is not None and submission["submission_status"] == "queued":
        state.store.change("submission", submission_id, status="in_progress")


def _finish(state: ServerState, submission_id: int, _target: int) -> None:
    finish_submission(state, submission_id)


_VERBS: Final[dict[str, Callable[[ServerState, int, int], None]]] = {
    "begin": _begin,
    "upload": _upload,
    "end": _end,
    "aggregate": _aggregate,
    "unlock": _unlock,
    "begin_reputation": _begin_reputation,
    "end_reputation": _end_reputation,
    "triaged": _triaged,
    "spawn": _spawn,
    "finish": _finish,
}
