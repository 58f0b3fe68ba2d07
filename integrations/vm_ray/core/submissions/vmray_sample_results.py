"""What became of one detonation: its samples, and what went wrong in its analyses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import DeadlineError, VMRayError
from ...core.api.vmray_models import VERDICT_ONLY_NOTE, Analysis, Sample
from ...core.api.vmray_verdicts import Verdict, worst
from ...core.submissions.vmray_detonation import MAX_NOTES, Detonation, TrackedSubmission


@dataclass(frozen=True, slots=True)
class SampleResult:
    """One sample of a detonation.

    Attributes:
        submission_id: The submission that led to it; None for a sample that VMRay knew.
        sample: The sample, with its verdict; without any fields where it could not be read.
        failure: Why it has no verdict, empty where it has one.
        notes: What an analyst should know about it.
    """

    submission_id: int | None
    sample: Sample
    failure: str = ""
    notes: tuple[str, ...] = ()


def read_sample_results(
    client: Client, detonation: Detonation, sample_ids: Sequence[int], *, last: bool
) -> list[SampleResult]:
    """Read samples of a detonation side by side.

    Args:
        client: Reads them.
        detonation: What is reported.
        sample_ids: Those of its samples that have a result, or some of them.
        last: Whether no other run can read what this one has no time for: then it counts as what cannot be read.

    Raises:
        DeadlineError: The time of this run did not suffice for all of them, and it is not the last.
        VMRayError: A cause that concerns all.
    """
    parts = {part.sample_id: part for part in reversed(detonation.submissions) if part.finished and not part.deleted}
    found = dict(map_concurrently(lambda each: _finding(client, each, parts.get(each), last=last), sample_ids))
    for late in found.values():
        if isinstance(late, DeadlineError) and not last:
            raise late
    return [_or_unread(found[each], each, parts.get(each)) for each in sample_ids]


def notes_of(detonation: Detonation, findings: Sequence[SampleResult]) -> list[str]:
    """Return the notes of a detonation and of what was read of it, each once and not without end."""
    every = (*detonation.notes, *(note for finding in findings for note in finding.notes))
    return list(dict.fromkeys(every))[:MAX_NOTES]


def _finding(client: Client, sample_id: int, part: TrackedSubmission | None, *, last: bool) -> SampleResult:
    sample = client.get_sample(sample_id)
    if part is None:
        return SampleResult(None, sample)
    failure, notes = _failure(client, part, sample, last=last)
    return SampleResult(
        part.submission_id, sample, failure, (*notes, VERDICT_ONLY_NOTE) if part.verdict_only else notes
    )


def _or_unread(found: SampleResult | VMRayError, sample_id: int, part: TrackedSubmission | None) -> SampleResult:
    """Make an error that concerns one sample alone its finding: the others still count."""
    if isinstance(found, SampleResult):
        return found
    sample = Sample(sample_id, Verdict.NONE, "", {})
    return SampleResult(part.submission_id if part else None, sample, f"sample {sample_id} could not be read: {found}")


def worst_verdict(findings: Sequence[SampleResult]) -> Verdict:
    """Return the worst verdict of all samples."""
    return worst(finding.sample.verdict for finding in findings)


def _failure(client: Client, part: TrackedSubmission, sample: Sample, *, last: bool) -> tuple[str, tuple[str, ...]]:
    """Ask which analyses failed, where something did.

    All of them failing is a failure, some of them a note. Where VMRay does not say which, errors without a verdict are
    a failure.
    """
    judged = sample.verdict is not Verdict.NONE
    if not part.has_errors and judged:
        return "", ()
    with_errors = f"analysis finished with errors, submission {part.submission_id}"
    hopeless = with_errors if part.has_errors and not judged else ""
    try:
        analyses = client.list_analyses_of_submission(part.submission_id)
    except VMRayError as error:
        if error.is_fatal or (isinstance(error, DeadlineError) and not last):
            raise
        if hopeless:
            return f"{hopeless}: the analyses could not be listed: {error}", ()
        return "", (f"the analyses of submission {part.submission_id} could not be listed: {error}",)
    failed = [analysis for analysis in analyses if not analysis.succeeded]
    if not failed:
        return "" if analyses else hopeless, ()
    said = f"{len(failed)} of {len(analyses)} analyses failed, submission {part.submission_id}: {_results(failed)}"
    if len(failed) < len(analyses) or judged:
        return "", (said,)
    return said, ()


def _results(failed: Sequence[Analysis]) -> str:
    return "; ".join(dict.fromkeys(analysis.result for analysis in failed))
