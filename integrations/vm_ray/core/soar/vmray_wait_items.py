"""The items of Wait For Submission: a row for each submission and job, and the family that they form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ...core.api.vmray_errors import DeadlineError, VMRayError
from ...core.api.vmray_models import Sample, text_of, texts
from ...core.api.vmray_request_errors import NotFoundError
from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import Verdict, worst
from ...core.results.vmray_child_samples import links_of
from ...core.results.vmray_family import Link, Worst, forest_of, worst_of
from ...core.results.vmray_item_result import Item, rows_of
from ...core.results.vmray_outcome import verdict_outcome, worst_outcome
from ...core.results.vmray_sample_fields import name_of, web_link
from ...core.submissions.vmray_detonation import Detonation, TrackedSubmission
from ...core.submissions.vmray_jobs import WatchedJob
from ...core.submissions.vmray_sample_results import SampleResult

MAX_NAME_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class Found:
    """What was read at the end.

    Attributes:
        results: The results of the samples, by the name of the detonation and the id of the sample.
        samples: The samples of jobs.
        error: The error that ended the action; items that are not finished have failed because of it.
    """

    results: Mapping[tuple[str, int], SampleResult] = field(default_factory=dict)
    samples: Mapping[int, Sample] = field(default_factory=dict)
    error: VMRayError | None = None

    @property
    def every_sample(self) -> Mapping[int, Sample]:
        """All samples that were read, by id."""
        read = {number: each.sample for (_, number), each in self.results.items() if each.sample.raw}
        return {**self.samples, **read}


def wait_items(detonations: Sequence[Detonation], jobs: Sequence[WatchedJob], found: Found) -> list[Item]:
    """Return the items in the order given; each submission that VMRay created belongs to the first one it came from."""
    seen = {number for each in detonations if (number := given_id(each)) is not None}
    items = []
    for detonation in detonations:
        own, *inside = detonation.submissions
        children = [each for each in inside if each.submission_id not in seen]
        seen.update(each.submission_id for each in children)
        items.append(_item(detonation, [own, *children], found))
    return [*items, *(_job_item(job, found) for job in jobs)]


def given_id(detonation: Detonation) -> int:
    """Return the id that was given to the action."""
    return detonation.submissions[0].submission_id


def is_pending(part: Item) -> bool:
    """Return whether the result of a row was not ready in time."""
    return part.outcome == "pending"


def worst_of_items(items: Sequence[Item], found: Found) -> tuple[Worst, list[dict[str, Any]]] | None:
    """Return the worst verdict, and its path as in the JSON result; None if VMRay knows none of the items.

    A member of the family is a submission; a job is one with a negative id.
    """
    rows = {_number(row): row for row in rows_of(items) if row.facts["sample_id"]}
    links: dict[int, list[Link]] = {}
    for number, row in rows.items():
        links.setdefault(row.facts["parent_submission_id"] or 0, []).append(Link(number))
    verdicts = {number: _verdict(row) for number, row in rows.items()}
    bad = worst_of(forest_of(list(rows), links), verdicts)
    if bad is None:
        return None
    return bad, list(_path([rows[place.number].facts for place in bad.path], found))


def _number(row: Item) -> int:
    job_id = row.facts["job_id"]
    return -job_id if job_id is not None else int(row.facts["submission_id"])


def _verdict(row: Item) -> Verdict:
    word = row.facts["verdict"]
    return Verdict(word) if word else Verdict.NONE


def _path(rows: Sequence[Mapping[str, Any]], found: Found) -> Iterator[dict[str, Any]]:
    """Yield the steps of a path; a relation is known if the object of the parent sample has it."""
    samples = found.every_sample
    relations: dict[int, str] = {}
    for row in rows:
        number = row["sample_id"]
        yield {"sample_id": number, "name": row["name"], "relation": relations.get(number) or None}
        relations = {link.child: link.relation for link in links_of(samples[number])} if number in samples else {}


def _item(detonation: Detonation, submissions: Sequence[TrackedSubmission], found: Found) -> Item:
    """Return the item of one given submission: a row for it, and one for each submission that VMRay created from it."""
    own, *inside = [_row(detonation, each, found) for each in submissions]
    if submissions[0].is_unread and not inside:
        return own
    parts = [own, *inside]
    told = {part.reason for part in parts}
    notes = [note for note in detonation.notes if not any(note in reason for reason in told)]
    # A child that could not be listed may be malicious: then clean rows do not make a clean item.
    unread = ["unknown"] if notes else []
    return Item(
        detonation.name,
        worst_outcome([*(part.outcome for part in parts), *unread]),
        parts=parts,
        reason="; ".join(notes),
        complete=not notes and all(part.is_finished for part in parts),
    )


def _row(detonation: Detonation, tracked: TrackedSubmission, found: Found) -> Item:
    name = f"submission {tracked.submission_id}"
    result = found.results.get((detonation.name, tracked.sample_id))
    verdict = worst([tracked.verdict, *([result.sample.verdict, result.worse] if result else [])])
    facts = _facts(tracked, verdict, result.sample if result else None)
    if tracked.deleted:
        unknown = f"VMRay has no {name}, or this API key may not see it"
        gone = f"{tracked.no_longer_known}{tracked.told_verdict}"
        return _problem(name, "not_found", facts, unknown if tracked.is_unread else gone, NotFoundError)
    if not tracked.finished:
        return _unfinished(name, facts, detonation.late(tracked.submission_id), found.error)
    if result is None:
        return _without_result(name, facts, verdict, found.error)
    if result.failure and not verdict.is_suspicious:
        return Item(name, "failed", facts, reason=result.failure, kind=result.kind)
    reason = "; ".join(dict.fromkeys(note for note in (result.failure, *result.notes) if note))
    return Item(name, verdict_outcome(verdict), facts, reason=reason, complete=not result.failure)


def _without_result(name: str, facts: Mapping[str, Any], verdict: Verdict, error: VMRayError | None) -> Item:
    """Return the row of a finished submission whose sample was not read, because an error ended the action before."""
    if verdict == Verdict.NONE and error is not None:
        return Item(name, "failed", facts, reason=str(error), kind=error.kind, advice=error.remedy)
    return Item(name, verdict_outcome(verdict), facts, complete=False)


def _unfinished(name: str, facts: Mapping[str, Any], late: str, error: VMRayError | None) -> Item:
    if error is not None:
        return Item(name, "failed", facts, reason=str(error), kind=error.kind, advice=error.remedy)
    return _problem(name, "pending", facts, late, DeadlineError)


def _problem(name: str, outcome: str, facts: Mapping[str, Any], reason: str, problem: type[VMRayError]) -> Item:
    return Item(name, outcome, facts, reason=reason, kind=problem.kind, advice=problem.remedy)


def _facts(tracked: TrackedSubmission, verdict: Verdict, sample: Sample | None) -> dict[str, Any]:
    status = tracked.status or ("success" if tracked.finished and not tracked.deleted else "")
    return {
        "submission_id": tracked.submission_id,
        "job_id": None,
        "parent_submission_id": tracked.parent_id or tracked.origin_id,
        **_sample_facts(tracked.sample_id or None, verdict, sample),
        "status": status or None,
        "has_errors": tracked.has_errors,
        "locked": tracked.verdict_only,
        "consumed_quota": tracked.consumed_quota,
    }


def _sample_facts(sample_id: int | None, verdict: Verdict, sample: Sample | None) -> dict[str, Any]:
    raw = sample.raw if sample else {}
    return {
        "sample_id": sample_id,
        "name": one_line(name_of(raw) or "", MAX_NAME_LENGTH) or None,
        "verdict": verdict.in_json,
        "verdict_reason": one_line(text_of(raw, "sample_verdict_reason_description"), MAX_NAME_LENGTH),
        "threat_names": [one_line(each, MAX_NAME_LENGTH) for each in texts(raw.get("sample_threat_names"))],
        "web_link": web_link(raw),
    }


def _job_item(job: WatchedJob, found: Found) -> Item:
    """Return the item of a job: the result of its analysis."""
    name = f"job {job.job_id}"
    sample = found.samples.get(job.sample_id or 0)
    facts = {
        "submission_id": job.submission_id,
        "job_id": job.job_id,
        "parent_submission_id": None,
        **_sample_facts(job.sample_id, job.verdict, sample),
        "status": job.status or None,
        "has_errors": bool(job.failure),
        "locked": job.locked,
        "consumed_quota": None,
    }
    if job.unknown or (job.missing and found.error is None):
        return _problem(name, "not_found", facts, f"VMRay has neither {name} nor an analysis of it", NotFoundError)
    if not job.ended:
        suffix = f"; {job.last_error}" if job.last_error else ""
        return _unfinished(name, facts, f"analysis not finished in time, {name}{suffix}", found.error)
    if job.failure:
        part = Item(name, "failed", facts, reason=f"the analysis failed: {job.failure}", kind="analysis")
        return Item(name, "failed", parts=[part])
    return Item(name, verdict_outcome(job.verdict), facts, reason=job.verdict.note)
