"""What became of one detonation: its samples, and what went wrong in its analyses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.vmray_client import Client
from ..core.vmray_crew import side_by_side
from ..core.vmray_detonation import Detonation, Part
from ..core.vmray_errors import AnalysisFailed, DeadlineReached, VMRayError
from ..core.vmray_models import Analysis, Sample
from ..core.vmray_report import VERDICT_ONLY
from ..core.vmray_verdicts import Verdict, worst


@dataclass(frozen=True, slots=True)
class Finding:
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


def read_findings(client: Client, detonation: Detonation) -> list[Finding]:
    """Read all samples of a finished detonation side by side, its own first; its notes are kept with it.

    Raises:
        DeadlineReached: The time of this run did not suffice for all of them.
        VMRayError: A cause that concerns all.
    """
    parts = {part.sample_id: part for part in reversed(detonation.parts)}
    found = dict(side_by_side(lambda each: _finding(client, each, parts.get(each)), detonation.sample_ids))
    for late in found.values():
        if isinstance(late, DeadlineReached):
            raise late
    findings = [_or_unread(found[each], each, parts.get(each)) for each in detonation.sample_ids]
    for note in (note for finding in findings for note in finding.notes):
        detonation.note(note)
    return findings


def _finding(client: Client, sample_id: int, part: Part | None) -> Finding:
    sample = client.sample(sample_id)
    if part is None:
        return Finding(None, sample)
    failure, notes = _failure(client, part, sample)
    return Finding(part.submission_id, sample, failure, (*notes, VERDICT_ONLY) if part.verdict_only else notes)


def _or_unread(found: Finding | VMRayError, sample_id: int, part: Part | None) -> Finding:
    """Make an error that concerns one sample alone its finding: the others still count."""
    if isinstance(found, Finding):
        return found
    sample = Sample(sample_id, Verdict.NONE, "", {})
    return Finding(part.submission_id if part else None, sample, f"sample {sample_id} could not be read: {found}")


def worst_verdict(findings: Sequence[Finding]) -> Verdict:
    """Return the worst verdict of all samples."""
    return worst(finding.sample.verdict for finding in findings)


def first_sample(findings: Sequence[Finding]) -> Sample:
    """Return the detonation's own sample.

    Raises:
        AnalysisFailed: It has no verdict: all its analyses failed, or it could not be read.
    """
    if findings[0].failure:
        raise AnalysisFailed(findings[0].failure)
    return findings[0].sample


def _failure(client: Client, part: Part, sample: Sample) -> tuple[str, tuple[str, ...]]:
    """Ask which analyses failed, where something did; all of them failing is a failure, some of them a note."""
    if not part.has_errors and sample.verdict is not Verdict.NONE:
        return "", ()
    try:
        analyses = client.analyses_of_submission(part.submission_id)
    except VMRayError as error:
        if error.concerns_all:
            raise
        return "", (f"the analyses of submission {part.submission_id} could not be asked for: {error}",)
    failed = [analysis for analysis in analyses if not analysis.succeeded]
    if not failed:
        return "", ()
    said = f"{len(failed)} of {len(analyses)} analyses failed, submission {part.submission_id}: {_results(failed)}"
    if len(failed) < len(analyses) or sample.verdict is not Verdict.NONE:
        return "", (said,)
    return said, ()


def _results(failed: Sequence[Analysis]) -> str:
    return "; ".join(dict.fromkeys(analysis.result for analysis in failed))
