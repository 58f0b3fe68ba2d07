"""What the analyses of a sample leave open: no dynamic analysis, failed analyses, machines with different verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ...core.api.vmray_models import Analysis, text_of
from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import Verdict

NO_ANALYSIS: Final = "no analysis: VMRay lists no finished analysis of this sample"
STATIC_ONLY: Final = "no dynamic analysis: only static analyses have succeeded"
ALL_FAILED: Final = "all analyses failed"
STATIC_ANALYZER: Final = "vmray"
STATIC_JOBS: Final = "only_static"
MAX_NAMES: Final = 5
MAX_REASONS: Final = 2
MAX_NAME_LENGTH: Final = 80
MAX_REASON_LENGTH: Final = 200


def analysis_gaps(analyses: Sequence[Analysis]) -> Iterator[str]:
    """Yield what the analyses leave open, each as a clause without a full stop."""
    succeeded = [each for each in analyses if each.succeeded]
    if not analyses:
        yield NO_ANALYSIS
    elif succeeded and all(map(_is_static, succeeded)):
        yield STATIC_ONLY
    yield from _failures(analyses)
    yield from _disagreement(succeeded)


def _is_static(analysis: Analysis) -> bool:
    """Return whether an analysis is static; without a job type, if VMRay's own analyzer had no virtual machine."""
    job_type = text_of(analysis.raw, "analysis_job_type")
    if job_type:
        return job_type.startswith(STATIC_JOBS)
    return analysis.analyzer == STATIC_ANALYZER and not analysis.machine


def _failures(analyses: Sequence[Analysis]) -> Iterator[str]:
    failed = [each for each in analyses if not each.succeeded]
    reasons = sorted({one_line(each.result, MAX_REASON_LENGTH) for each in failed})
    if failed:
        all_of_them = len(failed) == len(analyses)
        what = ALL_FAILED if all_of_them else f"{len(failed)} of {len(analyses)} analyses failed"
        more = ", …" if len(reasons) > MAX_REASONS else ""
        yield f"{what}: {', '.join(reasons[:MAX_REASONS])}{more}"


def _disagreement(succeeded: Sequence[Analysis]) -> Iterator[str]:
    """Yield the verdicts of the machines if they differ; the newest analysis of a machine counts."""
    newest = {
        each.machine: each.verdict
        for each in sorted(succeeded, key=lambda each: (each.created, each.analysis_id))
        if each.machine and each.verdict != Verdict.NONE
    }
    by_word: dict[str, list[str]] = {}
    for machine, verdict in sorted(newest.items(), key=lambda pair: (pair[1].rank, pair[1].value, pair[0])):
        by_word.setdefault(verdict.value, []).append(one_line(machine, MAX_NAME_LENGTH))
    if len(by_word) > 1:
        told = [f"{word} on {', '.join(_first(machines))}" for word, machines in by_word.items()]
        yield f"machines disagree: {'; '.join(told)}"


def _first(names: Sequence[str]) -> list[str]:
    return [*names[:MAX_NAMES], *(["…"] if len(names) > MAX_NAMES else [])]
