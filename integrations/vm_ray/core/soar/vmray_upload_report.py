"""The result of an upload: a row for each sample of each file, and the text for the analyst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_messages import SUBMITTED, error_message, kept, listed, waiting, with_details
from ...core.results.vmray_sample_fields import public_sample
from ...core.results.vmray_upload_result import upload_result
from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_result_writer import write_result
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_submission_action import PartialReportError
from ...core.submissions.vmray_detonation import Detonation, Stage
from ...core.submissions.vmray_sample_results import SampleResult, notes_of, read_all_results, worst_verdict

NOTHING_DONE: Final = "no file was accepted by VMRay"


def report_files(run: Run, action: str, detonations: Sequence[Detonation], *, last: bool) -> Outcome | None:
    """Read all samples that have a result, also of files that are only partly finished, and return the outcome.

    Args:
        run: The current run.
        action: The display name of the action.
        detonations: One for each file, with the path as its name.
        last: Whether this is the last run.

    Returns:
        The outcome; None if the time of this run was too short and another run follows.

    Raises:
        PartialReportError: A fatal error; the JSON result has the samples that were read before it.
    """
    analysed = [each for each in detonations if each.stage in (Stage.RUNNING, Stage.READY)]
    found, late, fatal = read_all_results(run.client, analysed, last=last)
    samples = [result for results in found.values() for result in results]
    read = sum(bool(each.sample.raw) for each in samples)
    if fatal is not None and not read:
        raise fatal
    if fatal is None and late:
        return None
    rows = [row for each in detonations for row in _rows(each, found.get(each.name, []))]
    notes = _add_result(run, rows, _worst_own_sample(detonations[0], found.get(detonations[0].name, [])))
    if fatal is not None:
        raise PartialReportError(fatal, [*kept(read, len(samples), "samples were read"), *notes])
    details = [(each.name, why) for each in detonations for why in _details_of(each, found.get(each.name, []))]
    if not any(_was_submitted(each) or each.pending for each in detonations):
        return Outcome.failed(with_details([error_message(action, NOTHING_DONE)], [*details, *notes]))
    message = with_details(_sentences(detonations), [*details, *notes])
    return Outcome(message, value=any(row["result"] == "ok" for row in rows))


def _was_submitted(detonation: Detonation) -> bool:
    """Return whether VMRay is known to have the file; after a lost response that is not known."""
    return bool(detonation.submissions) or bool(detonation.known_sample_ids)


def _rows(detonation: Detonation, found: Sequence[SampleResult]) -> list[dict[str, Any]]:
    """Return the rows of one file: one for each sample, and one for each submission without a sample."""
    if detonation.stage not in (Stage.RUNNING, Stage.READY):
        result = "pending" if detonation.pending else "error"
        return [_row(detonation, detonation.submission_id, result, detonation.why_unfinished, detonation.verdict)]
    deleted = [tracked for tracked in detonation.submissions if tracked.deleted]
    running = [tracked for tracked in detonation.submissions if not tracked.finished]
    return [
        *(_sample_row(detonation, each) for each in found),
        *(_row(detonation, each.submission_id, "error", each.no_longer_known, each.verdict) for each in deleted),
        *(
            _row(detonation, each.submission_id, "pending", detonation.late(each.submission_id), each.verdict)
            for each in running
        ),
    ]


def _sample_row(detonation: Detonation, found: SampleResult) -> dict[str, Any]:
    row = _row(detonation, found.submission_id, _result(found), found.failure, found.sample.verdict)
    return {**row, "data": public_sample(found.sample.raw) or None}


def _result(sample_result: SampleResult) -> str:
    return "error" if sample_result.failure else "ok"


def _row(
    detonation: Detonation, submission_id: int | None, result: str, error: str, verdict: Verdict
) -> dict[str, Any]:
    return {
        "file_path": detonation.name,
        "submission_id": submission_id,
        "verdict": None if verdict == Verdict.NONE else verdict.value,
        "result": result,
        "error": one_line(error) or None,
        "data": None,
    }


def _add_result(run: Run, rows: list[dict[str, Any]], worst: SampleResult | None) -> list[tuple[str, str]]:
    """Add the documented JSON result."""
    data = public_sample(worst.sample.raw) if worst else {}
    result = _result(worst) if worst else rows[0]["result"]
    return write_result(run, upload_result(data, result, rows, run.max_result_bytes))


def _worst_own_sample(detonation: Detonation, found: Sequence[SampleResult]) -> SampleResult | None:
    """Return the sample that represents a file, with the worst verdict; samples inside the file have their own rows."""
    own = [each for each in found if each.sample.sample_id in detonation.own_sample_ids] or found
    read = [each for each in own if each.sample.raw] or own
    return min(read, key=lambda each: each.sample.verdict.rank, default=None)


def _sentences(detonations: Sequence[Detonation]) -> list[str]:
    submitted = [each.name for each in detonations if _was_submitted(each)]
    pending = [each.name for each in detonations if each.pending]
    return [*([listed(SUBMITTED, submitted)] if submitted else []), *([waiting(pending)] if pending else [])]


def _details_of(detonation: Detonation, found: Sequence[SampleResult]) -> list[str]:
    """Return the details of one file: the verdict, the reason if there is none or only a part, and all notes."""
    notes = notes_of(detonation, found)
    if not found:
        return [detonation.why_unfinished, *notes]
    so_far, pending = (" so far", [detonation.why_unfinished]) if detonation.pending else ("", [])
    submitted = next((each.submission_id for each in found if each.submission_id), None)
    number = f"submission {submitted}" if submitted else "no new submission"
    if len(found) == 1:
        return [found[0].failure or f"verdict {worst_verdict(found).word}{so_far}, {number}", *pending, *notes]
    failures = [": ".join(filter(None, (each.sample.filename, each.failure))) for each in found if each.failure]
    summary = f"{len(found)} samples{so_far}, worst verdict {worst_verdict(found).word}, {number}"
    return [summary, *pending, *failures, *notes]
