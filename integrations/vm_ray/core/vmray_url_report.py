"""The reports of submitted URLs: each entity's own sample, and what VMRay found behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.vmray_action import Outcome, Run
from ..core.vmray_client import Client
from ..core.vmray_crew import side_by_side
from ..core.vmray_detonation import Detonation, Stage, no_longer_known
from ..core.vmray_errors import AnalysisFailed, DeadlineReached, VMRayError
from ..core.vmray_findings import first_sample, read_findings, worst_verdict
from ..core.vmray_messages import enriched, none_of_type
from ..core.vmray_report import LOCKED, VERDICT_ONLY, ReportFilter, SampleReport, read_report
from ..core.vmray_scan_params import ScanParams
from ..core.vmray_wall import CaseWall

Found = SampleReport | VMRayError


def report_urls(
    run: Run, params: ScanParams, entity_type: str, detonations: Sequence[Detonation], *, last: bool
) -> Outcome | None:
    """Read the reports of all finished URLs, and show them.

    Args:
        run: The present run.
        params: What to show.
        entity_type: The type of the entities.
        detonations: One for each entity, named by its identifier.
        last: Whether the time for the whole action is up.

    Returns:
        The outcome; None where a report is not complete yet and there is time to wait for it.
    """
    ready = [each for each in detonations if each.stage is Stage.READY]
    found = dict(_read(run.client, ready, params.report))
    reports = {name: report for name, report in found.items() if isinstance(report, SampleReport)}
    if not last and any(_would_gain(each) for each in found.values()):
        return None
    wall = CaseWall(run, params)
    entities = {entity.identifier: entity for entity in run.entities(entity_type)}
    for name, entity in entities.items():
        if name in reports:
            wall.show(entity, reports[name])
    done = wall.finish(list(entities))
    missed = {each.name: _why(each, found.get(each.name)) for each in detonations if each.name not in done}
    missed |= wall.refused
    if not detonations:
        wall.notes.append(none_of_type(entity_type))
    return Outcome(enriched(done, missed, wall.notes), value=bool(done))


def _read(client: Client, ready: Sequence[Detonation], wanted: ReportFilter) -> list[tuple[str, Found]]:
    pairs = side_by_side(lambda each: _report(client, each, wanted), ready)
    return [(detonation.name, found) for detonation, found in pairs]


def _report(client: Client, detonation: Detonation, wanted: ReportFilter) -> SampleReport:
    """Read one URL's report; a worse verdict of something behind the URL is told, and counts."""
    if detonation.parts and detonation.parts[0].gone:
        raise AnalysisFailed(no_longer_known(detonation.parts[0].submission_id))
    findings = read_findings(client, detonation)
    report = read_report(client, first_sample(findings), wanted)
    for finding in findings[1:]:
        detonation.note(finding.failure)
    related = worst_verdict(findings[1:])
    if related.rank < report.sample.verdict.rank:
        worse = [finding.sample.sample_id for finding in findings[1:] if finding.sample.verdict is related]
        numbers = ", ".join(str(number) for number in worse[:5])
        detonation.note(f"what VMRay found behind it is {related.value}: sample {numbers}")
    return replace(report, worst_related=related, notes=_notes(detonation, report))


def _notes(detonation: Detonation, report: SampleReport) -> tuple[str, ...]:
    """Tell each thing once, and of a lock only where it kept something back."""
    found_something = any(report.iocs.values()) or report.indicators
    of_url = (LOCKED if note == VERDICT_ONLY else note for note in detonation.notes)
    notes = dict.fromkeys((*of_url, *report.notes))
    return tuple(note for note in notes if note != LOCKED or not found_something)


def _would_gain(found: Found) -> bool:
    """Tell whether reading it again in another run would bring more."""
    return isinstance(found, DeadlineReached) or (isinstance(found, SampleReport) and not found.complete)


def _why(detonation: Detonation, found: Found | None) -> str:
    """Say why an entity was not enriched; one with a report was taken out of the case meanwhile."""
    if isinstance(found, SampleReport):
        return "no longer among the entities of this action"
    return str(found or detonation.why_unfinished)
