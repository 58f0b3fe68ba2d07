"""The results of one detonation: its samples, and the errors of its analyses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import DeadlineError, VMRayError
from ...core.api.vmray_models import VERDICT_ONLY_NOTE, Sample
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_request_errors import PermissionDeniedError
from ...core.api.vmray_verdicts import Verdict, worst
from ...core.submissions.vmray_detonation import MAX_NOTES, Detonation, TrackedSubmission


@dataclass(frozen=True, slots=True)
class SampleResult:
    """One sample of a detonation.

    Attributes:
        submission_id: The submission that led to the sample; None for a sample that VMRay already had.
        sample: The sample, with its verdict; without any fields if the sample could not be read.
        failure: Why the sample has no verdict; empty if it has one.
        notes: Notes for the analyst.
        worse: The verdict of the submission if it is worse than the one of the sample; else ``NONE``.
        kind: The class of the failure, one of ``vmray_errors.KINDS``.
    """

    submission_id: int | None
    sample: Sample
    failure: str = ""
    notes: tuple[str, ...] = ()
    worse: Verdict = Verdict.NONE
    kind: str = "analysis"


def read_sample_results(
    client: Client, detonation: Detonation, sample_ids: Sequence[int], *, last: bool
) -> list[SampleResult]:
    """Read samples of a detonation concurrently.

    Args:
        client: The client for the requests.
        detonation: The item that is reported.
        sample_ids: Some or all of its samples that have a result.
        last: Whether this is the last run: then a sample without time to be read counts as one that cannot be read.

    Raises:
        DeadlineError: The time of this run was too short for all samples, and another run follows.
        VMRayError: A fatal error; a missing permission is none if the submission has given the verdict.
    """
    samples = _Samples(detonation)
    found = dict(map_concurrently(lambda each: samples.read(client, each, last=last), sample_ids))
    for late in found.values():
        if isinstance(late, DeadlineError) and not last:
            raise late
    return [samples.result(each, found[each]) for each in sample_ids]


class FileResults(NamedTuple):
    """The results of all samples of several detonations.

    Attributes:
        by_name: The results by the name of the detonation.
        late: Whether the time of this run was too short for a sample.
        fatal: The error that ended the reading; the results of samples that were not read say so.
    """

    by_name: Mapping[str, list[SampleResult]]
    late: bool
    fatal: VMRayError | None


def read_all_results(client: Client, detonations: Sequence[Detonation], *, last: bool) -> FileResults:
    """Read concurrently all samples with a result, of several detonations with different names.

    A fatal error ends the reading: what was read before it is returned together with the error.
    """
    samples = {each.name: _Samples(each) for each in detonations}
    wanted = [(each.name, number) for each in detonations for number in each.finished_sample_ids]
    found: dict[tuple[str, int], SampleResult | Missing | VMRayError] = {}
    fatal: VMRayError | None = None
    try:
        found.update(map_concurrently(lambda one: samples[one[0]].read(client, one[1], last=last), wanted))
    except VMRayError as error:
        fatal = error
        found = dict.fromkeys(wanted, error) | found
    late = not last and any(isinstance(each, DeadlineError) for each in found.values())
    results: dict[str, list[SampleResult]] = {name: [] for name in samples}
    for name, number in wanted:
        results[name].append(samples[name].result(number, found[name, number]))
    return FileResults(results, late, fatal)


class _Samples:
    """The samples of one detonation, with the submission that led to each."""

    def __init__(self, detonation: Detonation) -> None:
        self._own = frozenset(detonation.own_sample_ids)
        self._tracked = {
            tracked.sample_id: tracked
            for tracked in reversed(detonation.submissions)
            if tracked.finished and not tracked.deleted
        }

    def read(self, client: Client, sample_id: int, *, last: bool) -> SampleResult | Missing:
        """Read one sample; samples that VMRay found through the item are optional."""
        tracked = self._tracked.get(sample_id)
        part = f"sample {sample_id}"
        if sample_id not in self._own:
            return read_optional(part, lambda: _sample_result(client, sample_id, tracked, last=last), last=last)
        try:
            return _sample_result(client, sample_id, tracked, last=last)
        except PermissionDeniedError as error:
            if tracked is None or tracked.verdict == Verdict.NONE:
                raise
            return Missing(part, error)  # the submission has given the verdict; the key may read other samples

    def result(self, sample_id: int, found: SampleResult | Missing | VMRayError) -> SampleResult:
        """Return the result of one sample, also if it could not be read."""
        return _or_failed(found, sample_id, self._tracked.get(sample_id))


def notes_of(detonation: Detonation, results: Sequence[SampleResult]) -> list[str]:
    """Return the notes of a detonation and of its samples, each once, up to a limit."""
    every = (*detonation.notes, *(note for result in results for note in result.notes))
    return list(dict.fromkeys(every))[:MAX_NOTES]


def _sample_result(client: Client, sample_id: int, tracked: TrackedSubmission | None, *, last: bool) -> SampleResult:
    sample = client.get_sample(sample_id)
    if tracked is None:
        return SampleResult(None, sample, notes=_notes(sample.verdict.note))
    failure, of_analyses = _failure(client, tracked, sample, last=last)
    of_submission, worse = "", Verdict.NONE
    if sample.verdict == Verdict.NONE != tracked.verdict:
        sample = sample._replace(verdict=tracked.verdict)
        if failure:
            failure += tracked.told_verdict
        else:
            of_submission = f"sample {sample_id} has no verdict{tracked.told_verdict}"
    elif tracked.verdict.rank < sample.verdict.rank:
        worse = tracked.verdict
        of_submission = f"VMRay's verdict of submission {tracked.submission_id} is {worse.told}"
    locked = VERDICT_ONLY_NOTE if tracked.verdict_only else ""
    notes = _notes(of_submission, sample.verdict.note, of_analyses, locked)
    return SampleResult(tracked.submission_id, sample, failure, notes, worse)


def _notes(*notes: str) -> tuple[str, ...]:
    return tuple(note for note in notes if note)


def _or_failed(
    found: SampleResult | Missing | VMRayError, sample_id: int, tracked: TrackedSubmission | None
) -> SampleResult:
    """Return a sample result, also for an error of one sample, so that the other samples are still reported.

    The verdict of a sample that could not be read is that of its submission, which an earlier request returned.
    """
    if isinstance(found, SampleResult):
        return found
    missing = found if isinstance(found, Missing) else Missing(f"sample {sample_id}", found)
    if tracked is None:
        return SampleResult(None, Sample(sample_id, Verdict.NONE, "", {}), missing.note, kind=missing.error.kind)
    sample = Sample(sample_id, tracked.verdict, "", {})
    failure = f"{missing.note}{tracked.told_verdict}"
    notes = _notes(tracked.verdict.note)
    return SampleResult(tracked.submission_id, sample, failure, notes, kind=missing.error.kind)


def worst_verdict(results: Sequence[SampleResult]) -> Verdict:
    """Return the worst verdict of all samples."""
    return worst(result.sample.verdict for result in results)


def _failure(client: Client, tracked: TrackedSubmission, sample: Sample, *, last: bool) -> tuple[str, str]:
    """Return the failure of a sample and a note: list the analyses if there are errors or no verdict.

    If all analyses failed, that is a failure; if some failed, that is a note. If VMRay does not list the failed
    analyses, errors without a verdict are a failure. The list is optional: it only explains.
    """
    has_verdict = sample.verdict != Verdict.NONE
    if not tracked.has_errors and has_verdict:
        return "", ""
    with_errors = f"analysis finished with errors, submission {tracked.submission_id}"
    failure = with_errors if tracked.has_errors and not has_verdict else ""
    analyses = read_optional(
        "the analyses", lambda: client.list_analyses_of_submission(tracked.submission_id), last=last
    )
    if isinstance(analyses, Missing):
        if failure:
            return f"{failure}: the analyses could not be listed: {analyses.error}", ""
        return "", f"the analyses of submission {tracked.submission_id} could not be listed: {analyses.error}"
    failed = [analysis for analysis in analyses if not analysis.succeeded]
    if not failed:
        return "" if analyses else failure, ""
    reasons = "; ".join(dict.fromkeys(each.result for each in failed))
    failures = f"{len(failed)} of {len(analyses)} analyses failed, submission {tracked.submission_id}: {reasons}"
    return ("", failures) if len(failed) < len(analyses) or has_verdict else (failures, "")
