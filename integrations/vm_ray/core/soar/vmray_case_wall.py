"""What scans write to the case wall: enrichment, tables, insights and the JSON result.

Entities are sent to the platform in batches while others are still looked up. So the finished ones are kept even if the
process is killed, and thousands of entities need no more memory than one batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ...core.results.vmray_enrichment import enrichment
from ...core.results.vmray_entity_result import EntityRecord, EntityResults
from ...core.results.vmray_insight import insight
from ...core.results.vmray_report import SampleReport
from ...core.soar.vmray_insights import add_insight
from ...core.soar.vmray_result_writer import write_result
from ...core.soar.vmray_run import Run

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

    from ...core.soar.vmray_scan_parameters import ScanParameters

BATCH: Final = 20


class Shown(NamedTuple):
    """What the platform receives about one entity besides the result.

    Attributes:
        insight: The HTML of the insight; empty if none is wanted.
    """

    entity: DomainEntityInfo
    enrichment: Mapping[str, str]
    is_suspicious: bool
    insight: str


class CaseWall:
    """Collects the results of a scan, and sends them to the platform."""

    def __init__(self, run: Run, params: ScanParameters) -> None:
        """Start without entities."""
        self._run = run
        self._params = params
        self._results = EntityResults(run.max_result_bytes)
        self._batch: list[Shown] = []
        self._done: set[str] = set()
        self._without_insight = 0
        self.rejected: dict[str, str] = {}
        self.notes: list[tuple[str, str]] = []

    def show(self, entity: DomainEntityInfo, report: SampleReport) -> None:
        """Add one finished entity.

        Everything is rendered here: the last step only sends, so that an error of one entity does not lose the others.
        """
        record = EntityRecord.of(entity.identifier, report)
        shown = Shown(
            entity,
            self._redacted(enrichment(report)),
            report.is_suspicious,
            insight(report) if self._wants_insight(report) else "",
        )
        self._done.add(entity.identifier)
        self._results.add(record)
        self.notes += [(entity.identifier, note) for note in report.notes]
        self._batch.append(shown)
        if len(self._batch) >= BATCH:
            self._send_batch()

    def mark_suspicious(self, entity: DomainEntityInfo) -> None:
        """Mark an entity without a report as suspicious, because VMRay found something suspicious through it."""
        entity.is_suspicious = True
        if not self._updated([entity]):
            self.notes.append((entity.identifier, "suspicious, but the platform rejected the update of the entity"))

    def finish(self, order: Sequence[str]) -> list[str]:
        """Send the rest, and write the result in the order of the entities.

        Returns:
            The identifiers of the enriched entities, in that order.
        """
        self._send_batch()
        places = {identifier: place for place, identifier in enumerate(order)}
        self.notes.sort(key=lambda note: places.get(note[0], len(places)))  # they were added in the order of completion
        if self._without_insight:
            self.notes.append(
                ("Insights", f"not created for {self._without_insight} entities: this run reached its time limit")
            )
        self.notes += write_result(self._run, self._results.result(order))
        self.notes += [
            (identifier, f"enriched; its JSON and tables are lost, the temporary file could not be read: {reason}")
            for identifier, reason in self._results.lost.items()
        ]
        return [identifier for identifier in order if identifier in self._done]

    def _send_batch(self) -> None:
        """Enrich the entities of the batch on the platform, then create their insights."""
        for shown in self._batch:
            shown.entity.additional_properties.update(shown.enrichment)
            shown.entity.is_enriched = True
            shown.entity.is_suspicious = shown.entity.is_suspicious or shown.is_suspicious
        entities = [shown.entity for shown in self._batch]
        if entities and not self._updated(entities):
            self.rejected |= dict.fromkeys(
                (each.identifier for each in entities), "the platform rejected the enrichment"
            )
            self._done -= self.rejected.keys()
        for shown in self._batch:
            if shown.entity.identifier not in self.rejected and shown.insight:
                self._add_insight(shown.entity, shown.insight)
            shown.entity.additional_properties = {}  # the platform has them; this saves memory for thousands of them
        self._batch.clear()

    def _updated(self, entities: list[DomainEntityInfo]) -> bool:
        """Send the enrichment; return False if the platform rejects it: the results must not be lost."""
        try:
            self._run.siemplify.update_entities(entities)
        except Exception as error:  # noqa: BLE001 - the SDK raises bare exceptions
            self._run.log(f"the platform rejected the enrichment: {type(error).__name__}")
            return False
        return True

    def _wants_insight(self, report: SampleReport) -> bool:
        wanted = self._params.create_insight
        return wanted and (report.is_suspicious or not self._params.only_suspicious_insight)

    def _add_insight(self, entity: DomainEntityInfo, html: str) -> None:
        if not self._run.deadline.remaining:
            self._without_insight += 1  # an insight is one request to the platform; the results are more important
            return
        if not add_insight(self._run, entity, html):
            self.notes.append((entity.identifier, "enriched, but the platform rejected the insight"))

    def _redacted(self, fields: Mapping[str, str]) -> dict[str, str]:
        return {name: self._run.redacted(value) for name, value in fields.items()}
