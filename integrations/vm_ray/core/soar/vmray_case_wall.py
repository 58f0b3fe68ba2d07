"""What scans write to the case wall: enrichment, tables, insights and the JSON result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...core.results.vmray_enrichment import enrichment
from ...core.results.vmray_entity_result import EntityRecord, EntityResults
from ...core.results.vmray_insight import insight
from ...core.results.vmray_report import SampleReport
from ...core.soar.vmray_entity_updates import EntityUpdates, Update, mark_suspicious
from ...core.soar.vmray_result_writer import write_result
from ...core.soar.vmray_run import Run

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

    from ...core.soar.vmray_scan_parameters import ScanParameters


class CaseWall:
    """Collects the results of a scan, and sends them to the platform."""

    def __init__(self, run: Run, params: ScanParameters) -> None:
        """Start without entities."""
        self._run = run
        self._params = params
        self._results = EntityResults(run.max_result_bytes)
        self._updates = EntityUpdates(run)
        self._shown: set[str] = set()
        self.notes: list[tuple[str, str]] = []

    @property
    def rejected(self) -> dict[str, str]:
        """The entities whose enrichment the platform rejected, with the reason."""
        return self._updates.rejected

    def show(self, entity: DomainEntityInfo, report: SampleReport) -> None:
        """Add one finished entity.

        Everything is rendered here: the last step only sends, so that an error of one entity does not lose the others.
        """
        record = EntityRecord.of(entity.identifier, report)
        html = insight(report) if self._wants_insight(report) else ""
        update = Update(entity, enrichment(report), report.is_suspicious, html)
        self._shown.add(entity.identifier)
        self._results.add(record)
        self.notes += [(entity.identifier, note) for note in report.notes]
        self._updates.add(update)

    def mark_suspicious(self, entity: DomainEntityInfo) -> None:
        """Mark an entity without a report as suspicious, because VMRay found something suspicious through it."""
        self.notes += mark_suspicious(self._run, [entity])

    def finish(self, order: Sequence[str]) -> list[str]:
        """Send the rest, and write the result in the order of the entities.

        Returns:
            The identifiers of the enriched entities, in that order.
        """
        self._updates.send()
        self.notes += self._updates.notes
        places = {identifier: place for place, identifier in enumerate(order)}
        self.notes.sort(key=lambda note: places.get(note[0], len(places)))  # they were added in the order of completion
        self.notes += self._updates.late_insights
        self.notes += write_result(self._run, self._results.result(order))
        self.notes += [
            (identifier, f"enriched; its JSON and tables are lost, the temporary file could not be read: {reason}")
            for identifier, reason in self._results.lost.items()
        ]
        return [each for each in order if each in self._shown and each not in self.rejected]

    def _wants_insight(self, report: SampleReport) -> bool:
        wanted = self._params.create_insight
        return wanted and (report.is_suspicious or not self._params.only_suspicious_insight)
