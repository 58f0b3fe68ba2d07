"""What became of one detonation: its samples, and what went wrong in its analyses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.vmray_client import Client
from ..core.vmray_detonation import Detonation, Part
from ..core.vmray_errors import AnalysisFailed, VMRayError
from ..core.vmray_models import Analysis, Sample
from ..core.vmray_report import VERDICT_ONLY
from ..core.vmray_verdicts import Verdict, worst


@dataclass(frozen=True, slots=True)
class Finding:
    """One sample of a detonation.

    Attributes:
        submission_id: The submission that led to it; None for a sample that VMRay knew.
        sample: The sample, with its verdict.
        failure: Why it has no verdict, empty where it has one.
    """

    submission_id: int | None
    sample: Sample
    failure: str = ""


def read_findings(client: Client, detonation: Detonation) -> list[Finding]:
    """Read all samples of a finished detonation, its own first.

    Raises:
        VMRayError: A sample could not be read.
    """
    by_sample = {part.sample_id: part for part in reversed(detonation.parts)}
    findings = []
    for sample_id in detonation.sample_ids:
        sample = client.sample(sample_id)
        part = by_sample.get(sample_id)
        failure = _failure(client, detonation, part, sample) if part else ""
        findings.append(Finding(part.submission_id if part else None, sample, failure))
        if part and part.verdict_only:
            detonation.note(VERDICT_ONLY)
    return findings


def worst_verdict(findings: Sequence[Finding]) -> Verdict:
    """Return the worst verdict of all samples."""
    return worst(finding.sample.verdict for finding in findings)


def first_sample(findings: Sequence[Finding]) -> Sample:
    """Return the detonation's own sample.

    Raises:
        AnalysisFailed: It has no verdict because all its analyses failed.
    """
    if findings[0].failure:
        raise AnalysisFailed(findings[0].failure)
    return findings[0].sample


def _failure(client: Client, detonation: Detonation, part: Part, sample: Sample) -> str:
    """Ask which analyses failed, where something did; all of them failing is a failure, some of them a note."""
    if not part.has_errors and sample.verdict is not Verdict.NONE:
        return ""
    try:
        analyses = client.analyses_of_submission(part.submission_id)
    except VMRayError as error:
        if error.concerns_all:
            raise
        detonation.note(f"the analyses of submission {part.submission_id} could not be asked for: {error}")
        return ""
    failed = [analysis for analysis in analyses if not analysis.succeeded]
    if not failed:
        return ""
    said = f"{len(failed)} of {len(analyses)} analyses failed, submission {part.submission_id}: {_results(failed)}"
    if len(failed) < len(analyses) or sample.verdict is not Verdict.NONE:
        detonation.note(said)
        return ""
    return said


def _results(failed: Sequence[Analysis]) -> str:
    return "; ".join(dict.fromkeys(analysis.result for analysis in failed))
