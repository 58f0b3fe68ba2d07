"""The reports of submitted URLs: the sample of each URL, and the content that was reached through the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently, run_both
from ...core.api.vmray_errors import DeadlineError, VMRayError
from ...core.api.vmray_models import VERDICT_ONLY_NOTE
from ...core.api.vmray_verdicts import Verdict, worst
from ...core.results.vmray_messages import ENTITIES_ENRICHED, enriched, kept, none_of_type
from ...core.results.vmray_report import LOCKED, ReportFilter, SampleReport, read_report
from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_case_wall import CaseWall
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_scan_parameters import ScanParameters
from ...core.soar.vmray_submission_action import PartialReportError
from ...core.soar.vmray_url_entities import spelling_notes
from ...core.submissions.vmray_detonation import MAX_NOTES, Detonation, Stage
from ...core.submissions.vmray_sample_results import SampleResult, notes_of, read_sample_results

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

Found = SampleReport | VMRayError


class _Unreported(VMRayError):
    """A URL without its own report; a verdict on the content reached through the URL is added to the reason."""

    def __init__(self, reason: str, related: Verdict, notes: Sequence[str]) -> None:
        super().__init__("; ".join([reason, *notes]))
        self.is_suspicious = related.is_suspicious


def report_urls(
    run: Run, params: ScanParameters, entity_type: str, detonations: Sequence[Detonation], *, last: bool
) -> Outcome | None:
    """Read and show the reports of all URLs whose own analysis is finished, even if content behind them still runs.

    Args:
        run: The current run.
        params: The parameters of the scan.
        entity_type: The type of the entities.
        detonations: One for each URL, with the identifiers of its entities as its names.
        last: Whether this is the last run.

    Returns:
        The outcome; None if a report is not complete yet and there is time to wait for it.

    Raises:
        PartialReportError: An error ended the action; the reports that were read before it are shown.
    """
    ready = [each for each in detonations if _is_finished(each)]
    found, fatal = _read(run.client, ready, params.report, last=last)
    if fatal is None and not last and any(_is_incomplete(each) for each in found.values()):
        return None
    wall = CaseWall(run, params)
    entities = {entity.identifier: entity for entity in run.entities(entity_type)}
    items = {name: each for each in detonations for name in each.names}
    broken = _show(wall, entities, items, found)
    if fatal := fatal or broken:
        is_any_read = any(isinstance(each, SampleReport) for each in found.values())
        shown = wall.finish(list(entities)) if is_any_read else []
        raise PartialReportError(fatal, kept(len(shown), len(entities), ENTITIES_ENRICHED))
    done = wall.finish(list(entities))
    names = [*(name for name in entities if name in items), *items]  # entities may have been removed from the case
    missed = {name: _why(items[name], found.get(name)) for name in names if name not in done}
    missed |= wall.rejected
    if not detonations:
        wall.notes.append(none_of_type(entity_type))
    return Outcome(enriched(done, missed, wall.notes), value=bool(done))


def _is_finished(detonation: Detonation) -> bool:
    """Return whether the URL's own sample, the first one, has a result."""
    analysed = detonation.stage in (Stage.RUNNING, Stage.READY)
    return analysed and detonation.sample_ids[0] in detonation.finished_sample_ids


def _read(
    client: Client, finished: Sequence[Detonation], wanted: ReportFilter, *, last: bool
) -> tuple[Mapping[str, Found], Exception | None]:
    """Return what was found for each name, and the error that ended the reading, if there was one."""
    found: dict[str, Found] = {}
    try:
        for detonation, report in map_concurrently(lambda each: _report(client, each, wanted, last=last), finished):
            found |= dict.fromkeys(detonation.names, report)
    except Exception as error:  # noqa: BLE001 - reports that were read are kept after any error
        return found, error
    return found, None


def _show(
    wall: CaseWall,
    entities: Mapping[str, DomainEntityInfo],
    items: Mapping[str, Detonation],
    found: Mapping[str, Found],
) -> Exception | None:
    """Show the reports, and mark entities that are suspicious without one; return the first error."""
    first: Exception | None = None
    for name, entity in entities.items():
        item, report = items.get(name), found.get(name)
        if item and item.sample_ids:
            wall.notes += [(name, note) for note in spelling_notes(entity, item.item)]
        try:
            if isinstance(report, SampleReport):
                wall.show(entity, report)
            elif (item and item.verdict.is_suspicious) or (isinstance(report, _Unreported) and report.is_suspicious):
                wall.mark_suspicious(entity)
        except Exception as error:  # noqa: BLE001 - the other entities are shown after any error
            first = first or error
    return first


def _report(client: Client, detonation: Detonation, wanted: ReportFilter, *, last: bool) -> SampleReport:
    """Read one URL's report and, concurrently, the samples reached through the URL: a worse verdict is added."""
    ids = detonation.finished_sample_ids
    deleted = not detonation.known_sample_ids and detonation.submissions[0].deleted
    own_ids, others = ([], ids) if deleted else (ids[:1], ids[1:])
    (own, report), results = run_both(
        lambda: _own_report(client, detonation, own_ids, wanted, last=last),
        lambda: read_sample_results(client, detonation, others, last=last),
    )
    related = _related(detonation, results)
    worst_related = worst(related.values())
    if isinstance(report, str):
        raise _Unreported(report, worst_related, _related_notes(detonation, related, Verdict.NONE))
    notes = [*_related_notes(detonation, related, report.sample.verdict), *notes_of(detonation, [*own, *results])]
    notes += [result.failure for result in results if result.failure][:MAX_NOTES]
    worst_related = worst([worst_related, *(result.worse for result in [*own, *results])])
    return replace(report, worst_related=worst_related, notes=_notes(notes, report))


def _own_report(
    client: Client, detonation: Detonation, own_ids: Sequence[int], wanted: ReportFilter, *, last: bool
) -> tuple[Sequence[SampleResult], SampleReport | str]:
    """Read the URL's own sample and its report, or the reason: it was deleted, no analysis succeeded, no response."""
    own = read_sample_results(client, detonation, own_ids, last=last)
    if not own:
        deleted = detonation.submissions[0]
        return own, f"{deleted.no_longer_known}{deleted.told_verdict}"
    return own, own[0].failure or read_report(client, own[0].sample, wanted, last=last)


def _related(detonation: Detonation, results: Sequence[SampleResult]) -> Mapping[int, Verdict]:
    """Return the verdicts of the samples reached through the URL, also of those that are still being analyzed."""
    running = {tracked.sample_id: tracked.verdict for tracked in detonation.submissions if not tracked.finished}
    running.pop(detonation.sample_ids[0], None)
    return {**running, **{result.sample.sample_id: result.sample.verdict for result in results}}


def _related_notes(detonation: Detonation, related: Mapping[int, Verdict], own: Verdict) -> list[str]:
    """Return notes about content reached through the URL: a worse verdict, and content that still runs at the end."""
    worst_related = worst(related.values())
    worse = [sample_id for sample_id, verdict in related.items() if verdict == worst_related]
    numbers = ", ".join(str(number) for number in worse[:5])
    notes = (
        [f"content reached through this URL is {worst_related.told}: sample {numbers}"]
        if worst_related.rank < own.rank
        else []
    )
    return [*notes, *([f"content reached through this URL: {detonation.why_unfinished}"] if detonation.pending else [])]


def _notes(of_url: Sequence[str], report: SampleReport) -> tuple[str, ...]:
    """Return each note once; the note about a locked report only if IOCs and threat indicators are missing."""
    found_something = any(report.iocs.values()) or report.indicators
    notes = dict.fromkeys((*(LOCKED if note == VERDICT_ONLY_NOTE else note for note in of_url), *report.notes))
    return tuple(note for note in notes if note != LOCKED or not found_something)


def _is_incomplete(found: Found) -> bool:
    """Return whether another run could read more."""
    return isinstance(found, DeadlineError) or (isinstance(found, SampleReport) and not found.complete)


def _why(detonation: Detonation, found: Found | None) -> str:
    """Return why an entity was not enriched; an entity with a report was removed from the case during the action."""
    if isinstance(found, SampleReport):
        return "the entity is no longer in the scope of this action"
    return str(found or detonation.why_unfinished)
