"""The status of submissions: the verdict of each machine, and the jobs that have not ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_models import Analysis, Job, Json, Submission, text_of, texts
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_text import one_line
from ...core.results.vmray_escape import csv_cell, unclickable
from ...core.results.vmray_item_result import Item, rows_of
from ...core.results.vmray_outcome import verdict_outcome, worst_outcome
from ...core.results.vmray_result import Table

SUBMISSIONS: Final = "Submission ID,Sample ID,Created,Status,Verdict,Quota Used,Locked"
ANALYSES: Final = "Submission ID,Analysis ID,Analyzer,Machine,Configuration,Verdict,Result,Locked"
JOB_STATES: Final = ("queued", "inwork", "uploading")
# A status of the vendor's schema that is in no example; such a job has not begun (inferred).
_WAITING: Final = {"pending": "queued"}
_MAX_WORDS: Final = 3


class StatusParts(NamedTuple):
    """Which optional parts of the status to read.

    Attributes:
        analyses: The analyses, with the verdict of each machine.
        jobs: The jobs of submissions that are not finished.
    """

    analyses: bool
    jobs: bool


def newest_first(submissions: Iterable[Submission]) -> list[Submission]:
    """Return the submissions in the order of their creation, the newest first; VMRay's order is not documented."""
    return sorted(submissions, key=lambda each: (each.created, each.submission_id), reverse=True)


def status_items(
    client: Client, submissions: Sequence[Submission], entity: str | None, wanted: StatusParts, *, concurrently: bool
) -> list[Item]:
    """Read the optional parts of the status of several submissions of one subject, and return their items.

    Args:
        client: The client for the requests.
        submissions: The submissions in the order of the result.
        entity: The entity of the subject.
        wanted: The optional parts to read.
        concurrently: Whether to use threads. Many subjects have threads of their own.
    """
    by_id = {each.submission_id: each for each in submissions}

    def read(number: int) -> Item:
        return status_item(client, by_id[number], entity, wanted)

    if not concurrently or len(by_id) == 1:
        return [read(number) for number in by_id]
    found = dict(map_concurrently(read, by_id))
    return [each for number in by_id if isinstance(each := found[number], Item)]


def subject_item(name: str, parts: Sequence[Item], count: int) -> Item:
    """Return the item of a subject with some of its submissions; ``count`` is the number of all of them."""
    note = f"the newest {len(parts)} of {count} submissions are returned; the limit is Max Submissions"
    outcome = worst_outcome(part.outcome for part in parts)
    return Item(name, outcome, parts=parts, reason=note if len(parts) < count else "")


def status_item(client: Client, submission: Submission, entity: str | None, wanted: StatusParts) -> Item:
    """Read the optional parts of the status of one submission, and return its item."""
    number = submission.submission_id
    analyses: list[Analysis] | Missing = []
    jobs: list[Job] | Missing = []
    if wanted.analyses:
        analyses = read_optional("the analyses", lambda: client.list_analyses_of_submission(number))
    if wanted.jobs and not submission.finished:
        jobs = read_optional("the jobs", lambda: client.list_jobs_of_submission(number))
    lost = [each.note for each in (analyses, jobs) if isinstance(each, Missing)]
    found = [] if isinstance(analyses, Missing) else analyses
    failure = _failure(submission, found)
    counts = None if isinstance(jobs, Missing) or not wanted.jobs else _counts(jobs)
    notes = [submission.verdict.note, failure, *lost, *([] if isinstance(jobs, Missing) else _job_notes(jobs))]
    return Item(
        f"submission {number}",
        _outcome(submission, failure),
        {**_facts(submission, entity), **_of_parts(found, counts)},
        reason="; ".join(note for note in notes if note),
        kind="analysis" if failure else "",
        complete=not lost,
    )


def verdicts_differ(analyses: Iterable[Analysis]) -> bool:
    """Return whether the machines of one submission disagree; an analysis without a verdict does not count."""
    verdicts = {each.verdict.rating for each in analyses if each.machine and each.succeeded}
    return len(verdicts - {"none"}) > 1


def status_tables(items: Sequence[Item]) -> list[Table]:
    """Return the tables of the submissions and of their analyses; empty ones are left out."""
    rows = [each.facts for each in rows_of(items) if "status" in each.facts]
    lines = {
        "VMRay submissions": [SUBMISSIONS, *map(_submission_line, rows)],
        "VMRay analyses": [ANALYSES, *(_analysis_line(row, each) for row in rows for each in row["analyses"])],
    }
    return [Table(title, found) for title, found in lines.items() if len(found) > 1]


def _outcome(submission: Submission, failure: str) -> str:
    if not submission.finished:
        return "pending"
    return "failed" if failure else verdict_outcome(submission.verdict)


def _failure(submission: Submission, analyses: Sequence[Analysis]) -> str:
    """Return why a finished submission has no verdict: each of its analyses failed; empty if that is not so."""
    if not submission.finished or verdict_outcome(submission.verdict) != "unknown":
        return ""
    if analyses and not any(each.succeeded for each in analyses):
        return f"every analysis failed: {one_line(analyses[0].result, 300)}"
    is_error = text_of(submission.raw, "submission_status").lower() == "error"
    return "VMRay reports an error of the submission" if is_error and not analyses else ""


def _facts(submission: Submission, entity: str | None) -> dict[str, Any]:
    """Return the members of a row that come from the submission; the status is VMRay's word, null if it has none."""
    raw = submission.raw
    return {
        "submission_id": submission.submission_id,
        "sample_id": submission.sample_id,
        "entity": entity,
        "verdict": submission.verdict.in_json,
        "status": text_of(raw, "submission_status") or None,
        "finished": submission.finished,
        "created": submission.created or None,
        "finish_time": submission.finish_time or None,
        "has_errors": submission.has_errors,
        "parent_submission_id": submission.parent_id,
        "tags": texts(raw.get("submission_tags")),
        "used_cache": raw.get("submission_used_cache"),
        "quota_type": raw.get("submission_quota_type"),
        "consumed_quota": raw.get("submission_consumed_quota"),
        "locked": submission.verdict_only,
    }


def _of_parts(analyses: Sequence[Analysis], jobs: Mapping[str, int] | None) -> dict[str, Any]:
    return {
        "jobs": jobs,
        "verdicts_differ": verdicts_differ(analyses),
        "analyses": [_analysis(each) for each in analyses],
    }


def _analysis(analysis: Analysis) -> dict[str, Any]:
    return {
        "analysis_id": analysis.analysis_id,
        "analyzer": analysis.analyzer,
        "machine": analysis.machine or None,
        "configuration": text_of(analysis.raw, "analysis_configuration_name") or None,
        "verdict": analysis.verdict.in_json,
        "result": analysis.result,
        "locked": analysis.locked,
    }


def _counts(jobs: Sequence[Job]) -> dict[str, int]:
    states = [_WAITING.get(each.status, each.status) for each in jobs]
    return {state: states.count(state) for state in JOB_STATES}


def _job_notes(jobs: Sequence[Job]) -> list[str]:
    odd = [each.status for each in jobs if _WAITING.get(each.status, each.status) not in JOB_STATES]
    words = ", ".join(f'"{one_line(word, 60)}"' for word in list(dict.fromkeys(odd))[:_MAX_WORDS])
    return [f"{len(odd)} of {len(jobs)} jobs have a status that is not counted ({words})"] if odd else []


def _submission_line(row: Json) -> str:
    status = row["status"] or ("finished" if row["finished"] else "not finished")
    quota = "" if row["consumed_quota"] is None else row["consumed_quota"]
    return _line(
        row["submission_id"],
        row["sample_id"],
        row["created"],
        status,
        _word(row["verdict"]) if row["verdict"] or row["finished"] else "Pending",
        quota,
        _yes(row["locked"]),
    )


def _analysis_line(row: Json, analysis: Mapping[str, Any]) -> str:
    names = (analysis[name] for name in ("analysis_id", "analyzer", "machine", "configuration"))
    verdict = _word(analysis["verdict"])
    return _line(row["submission_id"], *names, verdict, analysis["result"], _yes(analysis["locked"]))


def _line(*cells: object) -> str:
    shown = (unclickable(cell) if isinstance(cell, str) else cell for cell in cells)
    return ",".join(csv_cell("" if cell is None else cell) for cell in shown)


def _word(verdict: str | None) -> str:
    return verdict.capitalize() if verdict else "Unknown"


def _yes(value: object) -> str:
    return "yes" if value else "no"
