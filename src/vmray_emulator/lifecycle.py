"""How a submission gets from queued to finished: events that fall due on the emulated clock.

Reputation comes first; then the static engine; then the virtual machine or the web browser. Seconds are the
emulator's own choice, in the order that the vendor's clients describe.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.jobs import end_job, end_reputation_job, engines_for, new_job, new_reputation_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

_REPUTATION_BEGINS: Final = 1.0
_REPUTATION_ENDS: Final = 2.0
#: Engine to (begin, upload, end) in seconds after the submission, before the time in the virtual machine is added.
_TIMES: Final = {"static": (2.0, 5.0, 6.0), "dynamic": (3.0, 3.0, 5.0), "web": (3.0, 3.0, 5.0)}

Options = dict[str, Any]


def start_course(
    state: ServerState, submission: Record, sample: Record, options: Options
) -> dict[str, list[Record]]:
    """Queue the first jobs of a submission.

    Args:
        state: The server.
        submission: The new submission.
        sample: Its sample.
        options: `root_id` of the recursion, `seconds` of detonation, `triage`, `recursion` (children allowed).

    Returns:
        The job lists of the submit answer.
    """
    number = submission["submission_id"]
    now = state.clock.now()
    sql = "INSERT INTO course VALUES (?, ?, ?, 0, NULL, ?)"
    state.store.db.execute(sql, (number, options.get("root_id") or number, now, _dumps(options)))
    jobs: dict[str, list[Record]] = {"jobs": [], "static_jobs": [], "reputation_jobs": []}
    mode = submission["submission_analyzer_mode_analyzer_mode"]
    if mode.startswith("reputation") and submission["submission_analyzer_mode_enable_reputation"]:
        job = new_reputation_job(state, submission, sample)
        jobs["reputation_jobs"].append(job)
        _schedule(state, submission, _REPUTATION_BEGINS, "begin_reputation", job["reputation_job_id"])
        _schedule(state, submission, _REPUTATION_ENDS, "end_reputation", job["reputation_job_id"])
    if options.get("triage") and jobs["reputation_jobs"]:
        _schedule(state, submission, _REPUTATION_ENDS, "triaged", number)
        return jobs
    jobs.update(_queue_analyses(state, submission, sample, options))
    return jobs


def _queue_analyses(
    state: ServerState, submission: Record, sample: Record, options: Options
) -> dict[str, list[Record]]:
    jobs: dict[str, list[Record]] = {"jobs": [], "static_jobs": []}
    last = _REPUTATION_ENDS
    for engine in engines_for(sample["sample_type"], submission["submission_analyzer_mode_analyzer_mode"]):
        job = new_job(state, submission, sample, engine)
        jobs["static_jobs" if engine == "static" else "jobs"].append(job)
        begin, upload, end = _TIMES[engine]
        extra = 0.0 if engine == "static" else options["seconds"]
        _schedule(state, submission, begin, "begin", job["job_id"])
        _schedule(state, submission, upload + extra, "upload", job["job_id"])
        _schedule(state, submission, end + extra, "end", job["job_id"])
        last = max(last, end + extra)
    if options.get("recursion"):
        _schedule(state, submission, _TIMES["static"][2], "spawn", submission["submission_id"])
    _schedule(state, submission, last, "finish", submission["submission_id"])
    created = sum(len(some) for some in jobs.values())
    state.store.change("submission", submission["submission_id"], number_created_jobs=created)
    return jobs


def _dumps(options: Options) -> str:
    import json  # noqa: PLC0415

    return json.dumps(options)


def course_options(state: ServerState, submission_id: int) -> Options:
    """The options that `start_course` was given."""
    import json  # noqa: PLC0415

    sql = "SELECT options FROM course WHERE submission_id = ?"
    row = state.store.db.execute(sql, (submission_id,)).fetchone()
    return dict(json.loads(row[0])) if row else {}


def _schedule(state: ServerState, submission: Record, seconds: float, verb: str, target: int) -> None:
    number = submission["submission_id"]
    root, started = state.store.db.execute(
        "SELECT root_id, started FROM course WHERE submission_id = ?", (number,)
    ).fetchone()
    state.store.db.execute(
        "INSERT INTO event (root_id, submission_id, due, verb, target) VALUES (?, ?, ?, ?, ?)",
        (root, number, started + seconds, verb, target),
    )
    state.store.db.execute(
        "UPDATE course SET planned = max(planned, ? - started) WHERE submission_id = ?",
        (started + seconds, root),
    )


def settle(state: ServerState, upto: float, root_id: int | None = None) -> None:
    """Let everything happen that is due.

    Args:
        state: The server.
        upto: The emulated moment; infinity lets every submission finish.
        root_id: Only submissions of this recursion.
    """
    where = "due <= ?" if root_id is None else "due <= ? AND root_id = ?"
    values: tuple[float | int, ...] = (upto,) if root_id is None else (upto, root_id)
    sql = f"SELECT id, submission_id, due, verb, target FROM event WHERE {where} ORDER BY due, id LIMIT 1"  # noqa: S608
    while (event := state.store.db.execute(sql, values).fetchone()) is not None:
        number, submission_id, due, verb, target = event
        state.store.db.execute("DELETE FROM event WHERE id = ?", (number,))
        state.clock.leap_to(due)
        _VERBS[verb](state, submission_id, target)
        state.save_time()


def tick(state: ServerState) -> None:
    """What happens at the beginning of each request, by the lifecycle's mode."""
    if state.lifecycle.mode == "immediate":
        settle(state, math.inf)
    elif state.lifecycle.mode != "reads":
        settle(state, state.clock.now())


def observe(state: ServerState, submission_ids: Iterable[int]) -> bool:
    """Count a read of unfinished submissions; in the mode `reads:N` that is what moves them on.

    The first read still sees what the submit answer showed, read N+1 sees the finished submission.

    Returns:
        Whether anything may have changed.
    """
    if state.lifecycle.mode != "reads":
        return False
    sql = "SELECT DISTINCT root_id FROM course WHERE submission_id = ? AND finished IS NULL"
    roots = {row[0] for number in set(submission_ids) for row in state.store.db.execute(sql, (number,))}
    for root in roots:
        reads = state.store.next_number(f"reads:{root}")
        started, planned = state.store.db.execute(
            "SELECT started, planned FROM course WHERE submission_id = ?", (root,)
        ).fetchone()
        share = math.inf if reads > state.lifecycle.amount else (reads - 1) / state.lifecycle.amount
        settle(state, math.inf if share == math.inf else started + planned * share, root)
    return bool(roots)


def _begin(state: ServerState, submission_id: int, job_id: int) -> None:
    state.store.change(
        "job",
        job_id,
        status="inwork",
        statuschanged=state.stamp(),
        tracking_state="//running/vm/executing/sample",
    )
    _in_progress(state, submission_id)


def _upload(state: ServerState, _submission_id: int, job_id: int) -> None:
    state.store.change("job", job_id, status="uploading", tracking_state="//running/uploading")


def _end(state: ServerState, _submission_id: int, job_id: int) -> None:
    job = state.store.get("job", job_id)
    if job is not None:
        end_job(state, job, state.findings(job["job_sample_id"]))


def _begin_reputation(state: ServerState, submission_id: int, job_id: int) -> None:
    state.store.change("reputation_job", job_id, status="inwork", statuschanged=state.stamp())
    _in_progress(state, submission_id)


def _end_reputation(state: ServerState, _submission_id: int, job_id: int) -> None:
    job = state.store.get("reputation_job", job_id)
    if job is not None:
        findings = state.findings(job["reputation_job_sample_id"])
        end_reputation_job(state, job, findings)
        sample_id = job["reputation_job_sample_id"]
        state.store.change("sample", sample_id, last_reputation_severity=findings.reputation)


def _triaged(state: ServerState, submission_id: int, _target: int) -> None:
    submission = state.store.change("submission", submission_id, triaged=True, triage_stage="reputation")
    sample = submission and state.store.get("sample", submission["submission_sample_id"])
    if submission and sample:
        _queue_analyses(state, submission, sample, course_options(state, submission_id))


def _spawn(state: ServerState, submission_id: int, _target: int) -> None:
    from vmray_emulator.recursion import spawn_children  # noqa: PLC0415

    spawn_children(state, submission_id)


def _in_progress(state: ServerState, submission_id: int) -> None:
    submission = state.store.get("submission", submission_id)
    if submission is not None and submission["submission_status"] == "queued":
        state.store.change("submission", submission_id, status="in_progress")


def _finish(state: ServerState, submission_id: int, _target: int) -> None:
    from vmray_emulator.completion import finish_submission  # noqa: PLC0415

    finish_submission(state, submission_id)


_VERBS: Final[dict[str, Callable[[ServerState, int, int], None]]] = {
    "begin": _begin,
    "upload": _upload,
    "end": _end,
    "begin_reputation": _begin_reputation,
    "end_reputation": _end_reputation,
    "triaged": _triaged,
    "spawn": _spawn,
    "finish": _finish,
}
