"""What complete reports write to the case wall: rows of the result, enriched entities, insights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.results.vmray_answer import UNLOCK
from ...core.results.vmray_enrichment import enrichment
from ...core.results.vmray_full_report import FullReport
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_outcome import verdict_outcome
from ...core.results.vmray_report_row import ReportRow
from ...core.results.vmray_report_rows import ReportRows
from ...core.results.vmray_result import Insight
from ...core.results.vmray_why_insight import why_insight
from ...core.soar.vmray_entity_updates import EntityUpdates, Update
from ...core.soar.vmray_report_parameters import ReportParameters
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subjects import Subject

LOST: Final = "its row and its tables are lost, the temporary file could not be read"


class Rendered(NamedTuple):
    """One report as texts, which need much less memory than VMRay's objects.

    Attributes:
        item: The item of the result; its row is ``row``.
        costs: The cost of the row at each level.
        enrichment: The fields of the entity.
        insight: The HTML of the insight; empty if none is wanted.
    """

    item: Item
    row: ReportRow
    costs: Sequence[int]
    enrichment: Mapping[str, str]
    is_suspicious: bool
    insight: str


def facts_of(subject: Subject, number: int | None) -> dict[str, Any]:
    """Return the members of a row that identify the item."""
    return {"subject": subject.title(number), "entity": subject.entity or None, "sample_id": number}


def render(params: ReportParameters, subject: Subject, report: FullReport) -> Rendered:
    """Render the report of one subject; called from several threads."""
    sample, notes = report.sample, report.base.notes
    number, outcome = sample.sample_id, verdict_outcome(sample.verdict)
    facts = facts_of(subject, number)
    told = {**facts, "outcome": outcome, "verdict": sample.verdict.in_json}
    row = ReportRow.of(told, subject.entity or f"VMRay sample {number}", report, notes)
    wants_insight = params.wants_insight(is_suspicious=sample.verdict.is_suspicious)
    item = Item(subject.name, outcome, facts, reason="; ".join(notes), complete=report.complete)
    return Rendered(
        item=replace(item, kind="locked", advice=UNLOCK) if report.locked else item,
        row=row,
        costs=row.costs(),
        enrichment=enrichment(report.base) if subject.entity else {},
        is_suspicious=sample.verdict.is_suspicious,
        insight=why_insight(report) if wants_insight else "",
    )


class ReportWall:
    """Collects rendered reports, and enriches the entities that they came from.

    Attributes:
        rows: The rows of the result.
    """

    def __init__(self, run: Run) -> None:
        """Start without reports."""
        self._entities = {each.identifier: each for each in run.entities(EntityTypes.FILEHASH)}
        self._updates = EntityUpdates(run)
        self._enriched: list[str] = []
        self.rows = ReportRows(run.max_result_bytes)

    def show(self, rendered: Rendered) -> Item:
        """Add one report, and return its item; the last step only sends what is already rendered."""
        item, html = rendered.item, rendered.insight
        number = item.facts["sample_id"]
        self.rows.add(item.name, number, rendered.row, rendered.costs)
        if entity := self._entities.get(item.facts["entity"] or ""):
            self._enriched.append(entity.identifier)
            self._updates.add(Update(entity, rendered.enrichment, rendered.is_suspicious, html))
            return item
        return replace(item, insights=[Insight.about_sample(number, html, "")]) if html else item

    def finish(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Send the rest of the entities, and return notes about them in the order of these names."""
        self._updates.send()
        notes = [*self._updates.rejected.items(), *self._updates.notes]
        places = {name: place for place, name in enumerate(names)}
        return [*sorted(notes, key=lambda note: places[note[0]]), *self._updates.late_insights]

    @property
    def enriched(self) -> int:
        """The number of enriched entities."""
        return len(set(self._enriched) - self._updates.rejected.keys())
