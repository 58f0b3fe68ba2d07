"""The schedule of a submission: which jobs it creates, and when each of them progresses.

The reputation lookup comes first, then the static engine, then the virtual machine or the web browser. The
order is known from the vendor's clients. The seconds are chosen by the emulator.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.jobs import engines_for, new_job, new_reputation_job
from vmray_emulator.machines import machines_of
from vmray_emulator.quota import consume

if TYPE_CHECKING:
    from vmray_emulator.machines import Machine
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

_REPUTATION_BEGINS: Final = 1.0
_REPUTATION_ENDS: Final = 2.0
_CHILDREN_APPEAR: Final = 6.0
# Engine to (begin, upload, end) in seconds after the submission, without the detonation time.
_TIMES: Final = {"static": (2.0, 5.0, 6.0), "dynamic": (3.0, 3.0, 5.0), "web": (3.0, 3.0, 5.0)}

Options = dict[str, Any]
JobLists = dict[str, list["Record"]]


def open_schedule(state: ServerState, submission_id: int, options: Options) -> None:
    """Store when a submission began.

    Args:
        state: The server.
        submission_id: The submission.
        options: `seconds` of detonation, `triage`, `recursion` (children at most), `root_id` of a recursion,
            `max_jobs`.
    """
    sql = "INSERT INTO schedule VALUES (?, ?, ?, 0, NULL, ?)"
    root = options.get("root_id", submission_id)
    state.store.db.execute(sql, (submission_id, root, state.clock.now(), json.dumps(options)))


def schedule_options(state: ServerState, submission_id: int) -> Options:
    """Return the options that `open_schedule` stored."""
    sql = "SELECT options FROM schedule WHERE submission_id = ?"
    row = state.store.db.execute(sql, (submission_id,)).fetchone()
    return dict(json.loads(row[0])) if row else {}


def schedule(state: ServerState, submission_id: int, seconds: float, verb: str, target: int) -> None:
    """Plan an event of a submission, some seconds after its beginning."""
    state.store.db.execute(
        """INSERT INTO event (root_id, submission_id, due, verb, target)
           SELECT root_id, submission_id, started + ?, ?, ? FROM schedule WHERE submission_id = ?""",
        (seconds, verb, target, submission_id),
    )
    state.store.db.execute(
        """UPDATE schedule AS root SET planned = max(root.planned, own.started + ? - root.started)
           FROM schedule AS own WHERE own.submission_id = ? AND root.submission_id = own.root_id""",
        (seconds, submission_id),
    )


def since_beginning(state: ServerState, submission_id: int) -> float:
    """Return the seconds since the beginning of a submission."""
    sql = "SELECT started FROM schedule WHERE submission_id = ?"
    (started,) = state.store.db.execute(sql, (submission_id,)).fetchone()
    return state.clock.now() - float(started)


def count_reads_again(state: ServerState, submission_id: int) -> None:
    """Let the reads of a submission begin at one again, in the mode `reads:N`: it has got another job."""
    sql = """DELETE FROM counter WHERE name =
             (SELECT 'reads:' || root_id FROM schedule WHERE submission_id = ?)"""
    state.store.db.execute(sql, (submission_id,))


def schedule_job(  # noqa: PLR0913 - each is one fact of the job
    state: ServerState, submission_id: int, job_id: int, engine: str, seconds: float, *, start: float = 0.0
) -> float:
    """Plan the progress of a job, and return when it ends, in seconds after the submission.

    Args:
        state: The server.
        submission_id: Its submission.
        job_id: The job.
        engine: `static`, `dynamic` or `web`.
        seconds: Detonation time.
        start: When the job was created, in seconds after the submission.
    """
    begin, upload, end = (start + moment for moment in _TIMES[engine])
    detonation = 0.0 if engine == "static" else seconds
    schedule(state, submission_id, begin, "begin", job_id)
    schedule(state, submission_id, upload + detonation, "upload", job_id)
    schedule(state, submission_id, end + detonation, "end", job_id)
    return end + detonation


def start_schedule(state: ServerState, submission: Record, sample: Record, options: Options) -> JobLists:
    """Create the first jobs of a submission.

    Args:
        state: The server.
        submission: The new submission.
        sample: Its sample.
        options: See `open_schedule`.

    Returns:
        The job lists of the response to the submission.
    """
    number = submission["submission_id"]
    open_schedule(state, number, options)
    consume(state, number, "submission", 1)
    jobs: JobLists = {"jobs": [], "static_jobs": [], "reputation_jobs": []}
    mode = submission["submission_analyzer_mode_analyzer_mode"]
    if mode.startswith("reputation") and submission["submission_analyzer_mode_enable_reputation"]:
        job = new_reputation_job(state, submission, sample)
        jobs["reputation_jobs"].append(job)
        schedule(state, number, _REPUTATION_BEGINS, "begin_reputation", job["reputation_job_id"])
        schedule(state, number, _REPUTATION_ENDS, "end_reputation", job["reputation_job_id"])
    if options.get("triage") and jobs["reputation_jobs"]:
        schedule(state, number, _REPUTATION_ENDS, "triaged", number)
        return jobs
    return {**jobs, **queue_analyses(state, submission, sample, options)}


def _analyses(state: ServerState, submission: Record, sample: Record) -> list[tuple[str, Machine | None]]:
    """Return engine and machine of each analysis, those in machines first."""
    findings = state.findings(sample["sample_id"])
    engines = engines_for(sample["sample_type"], submission["submission_analyzer_mode_analyzer_mode"])
    pairs = [(engine, machine) for engine in engines for machine in machines_of(findings, engine)]
    return sorted(pairs, key=lambda pair: pair[0] == "static")


def queue_analyses(state: ServerState, submission: Record, sample: Record, options: Options) -> JobLists:
    """Create the jobs of the analysis engines, and plan the end of the submission."""
    number = submission["submission_id"]
    jobs: JobLists = {"jobs": [], "static_jobs": []}
    last = _REPUTATION_ENDS
    for engine, machine in _analyses(state, submission, sample)[: options.get("max_jobs")]:
        job = new_job(state, submission, sample, engine, machine)
        jobs["static_jobs" if engine == "static" else "jobs"].append(job)
        last = max(last, schedule_job(state, number, job["job_id"], engine, options["seconds"]))
    if options.get("recursion"):
        schedule(state, number, min(_CHILDREN_APPEAR, last), "spawn", number)
    schedule(state, number, last, "finish", number)
    created = sum(len(some) for some in jobs.values())
    consume(state, number, "job", created)
    state.store.change("submission", number, number_created_jobs=created)
    return jobs
