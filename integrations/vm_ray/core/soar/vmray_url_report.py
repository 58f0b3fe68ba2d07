"""The reports of submitted URLs: each entity's own sample, and the content reached through the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently, run_both
from ...core.api.vmray_errors import AnalysisFailedError, DeadlineError, VMRayError
from ...core.api.vmray_models import VERDICT_ONLY_NOTE
from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_messages import enriched, none_of_type
from ...core.results.vmray_report import LOCKED, ReportFilter, SampleReport, read_report
from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_case_wall import CaseWall
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_scan_parameters import ScanParameters
from ...core.submissions.vmray_detonation import MAX_NOTES, Detonation, Stage, no_longer_known
from ...core.submissions.vmray_sample_results import SampleResult, notes_of, read_sample_results, worst_verdict

Found = SampleReport | VMRayError


class _Unreported(VMRayError):
    """A URL without a report of its own; a verdict on the content reached through it is added to the reason."""

    def __init__(self, reason: VMRayError, behind: Sequence[SampleResult], said: Sequence[str]) -> None:
        super().__init__("; ".join([str(reason), *said]))
        self.is_suspicious = worst_verdict(behind).is_suspicious


def report_urls(
    run: Run, params: ScanParameters, entity_type: str, detonations: Sequence[Detonation], *, last: bool
) -> Outcome | None:
    """Read the reports of all URLs that are finished themselves, whatever is still running behind them, and show them.

    Args:
        run: The present run.
        params: What to show.
        entity_type: The type of the entities.
        detonations: One for each entity, named by its identifier.
        last: Whether the time for the whole action is up.

    Returns:
        The outcome; None where a report is not complete yet and there is time to wait for it.
    """
    ready = [each for each in detonations if _is_finished(each)]
    found = dict(_read(run.client, ready, params.report, last=last))
    if not last and any(_would_gain(each) for each in found.values()):
        return None
    wall = CaseWall(run, params)
    entities = {entity.identifier: entity for entity in run.entities(entity_type)}
    for name, entity in entities.items():
        match found.get(name):
            case SampleReport() as report:
                wall.show(entity, report)
            case _Unreported(is_suspicious=True):
                wall.suspect(entity)
    done = wall.finish(list(entities))
    missed = {each.name: _why(each, found.get(each.name)) for each in detonations if each.name not in done}
    missed |= wall.refused
    if not detonations:
        wall.notes.append(none_of_type(entity_type))
    return Outcome(enriched(done, missed, wall.notes), value=bool(done))


def _is_finished(detonation: Detonation) -> bool:
    """Tell whether the URL's own sample, the first one, has a result."""
    analysed = detonation.stage in (Stage.RUNNING, Stage.READY)
    return analysed and detonation.sample_ids[0] in detonation.finished_sample_ids


def _read(
    client: Client, finished: Sequence[Detonation], wanted: ReportFilter, *, last: bool
) -> list[tuple[str, Found]]:
    pairs = map_concurrently(lambda each: _report(client, each, wanted, last=last), finished)
    return [(detonation.name, found) for detonation, found in pairs]


def _report(client: Client, detonation: Detonation, wanted: ReportFilter, *, last: bool) -> SampleReport:
    """Read one URL's report and, at the same time, what is behind it: a worse verdict there is told, and counts."""
    ids = detonation.finished_sample_ids
    deleted = not detonation.known_sample_ids and detonation.submissions[0].deleted
    own_ids, others = ([], ids) if deleted else (ids[:1], ids[1:])
    (own, report), behind = run_both(
        lambda: _own_report(client, detonation, own_ids, wanted, last=last),
        lambda: read_sample_results(client, detonation, others, last=last),
    )
    if isinstance(report, VMRayError):
        raise _Unreported(report, behind, _behind_it(detonation, behind, Verdict.NONE))
    said = [*_behind_it(detonation, behind, report.sample.verdict), *notes_of(detonation, [*own, *behind])]
    said += [finding.failure for finding in behind if finding.failure][:MAX_NOTES]
    return replace(report, worst_related=worst_verdict(behind), notes=_notes(said, report))


def _own_report(
    client: Client, detonation: Detonation, own_ids: Sequence[int], wanted: ReportFilter, *, last: bool
) -> tuple[Sequence[SampleResult], Found]:
    """Read the URL's own sample and its report, or why there is none: it is gone, its analyses failed, an error."""
    own = read_sample_results(client, detonation, own_ids, last=last)
    failure = own[0].failure if own else no_longer_known(detonation.submissions[0].submission_id)
    if failure:
        return own, AnalysisFailedError(failure)
    try:
        return own, read_report(client, own[0].sample, wanted)
    except VMRayError as error:
        if error.is_fatal or (isinstance(error, DeadlineError) and not last):
            raise
        return own, error


def _behind_it(detonation: Detonation, behind: Sequence[SampleResult], own: Verdict) -> list[str]:
    """Say what VMRay found behind the URL, where that is worse, and what of it is still running at the end."""
    related = worst_verdict(behind)
    worse = [finding.sample.sample_id for finding in behind if finding.sample.verdict is related]
    numbers = ", ".join(str(number) for number in worse[:5])
    said = [f"content reached through this URL is {related.value}: sample {numbers}"] if related.rank < own.rank else []
    return [*said, *([f"content reached through this URL: {detonation.why_unfinished}"] if detonation.pending else [])]


def _notes(of_url: Sequence[str], report: SampleReport) -> tuple[str, ...]:
    """Tell each thing once, and of a lock only where it kept something back."""
    found_something = any(report.iocs.values()) or report.indicators
    notes = dict.fromkeys((*(LOCKED if note == VERDICT_ONLY_NOTE else note for note in of_url), *report.notes))
    return tuple(note for note in notes if note != LOCKED or not found_something)


def _would_gain(found: Found) -> bool:
    """Tell whether reading it again in another run would bring more."""
    return isinstance(found, DeadlineError) or (isinstance(found, SampleReport) and not found.complete)


def _why(detonation: Detonation, found: Found | None) -> str:
    """Say why an entity was not enriched; one with a report was taken out of the case meanwhile."""
    if isinstance(found, SampleReport):
        return "the entity is no longer in the scope of this action"
    return str(found or detonation.why_unfinished)
