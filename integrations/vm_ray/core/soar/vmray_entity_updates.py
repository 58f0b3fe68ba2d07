"""The entities of a case that an action enriches: sent to the platform in batches, each followed by its insights.

The batches are sent while other entities are still looked up. So the finished ones are kept even if the process is
killed, and thousands of entities need no more memory than one batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ...core.soar.vmray_insights import add_insight
from ...core.soar.vmray_run import Run

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

BATCH: Final = 20


class Update(NamedTuple):
    """What the platform receives about one entity besides the result.

    Attributes:
        insight: The HTML of the insight; empty if none is wanted.
    """

    entity: DomainEntityInfo
    enrichment: Mapping[str, str]
    is_suspicious: bool
    insight: str


def mark_suspicious(run: Run, entities: Sequence[DomainEntityInfo]) -> list[tuple[str, str]]:
    """Mark entities as suspicious that get no enrichment; return notes about those that the platform rejected."""
    notes = []
    for first in range(0, len(entities), BATCH):
        batch = list(entities[first : first + BATCH])
        for each in batch:
            each.is_suspicious = True
        if not updated(run, batch):
            rejected = "suspicious, but the platform rejected the update of the entity"
            notes += [(each.identifier, rejected) for each in batch]
    return notes


def updated(run: Run, entities: list[DomainEntityInfo]) -> bool:
    """Send entities; return False if the platform rejects them: the results must not be lost."""
    try:
        run.siemplify.update_entities(entities)
    except Exception as error:  # noqa: BLE001 - the SDK raises bare exceptions
        run.log(f"the platform rejected the enrichment: {type(error).__name__}")
        return False
    return True


class EntityUpdates:
    """Collects updates, and sends them to the platform.

    Attributes:
        rejected: The identifiers of the entities whose enrichment the platform rejected, with the reason.
        notes: Notes about single entities.
    """

    def __init__(self, run: Run) -> None:
        """Start without updates."""
        self._run = run
        self._batch: list[Update] = []
        self._without_insight = 0
        self.rejected: dict[str, str] = {}
        self.notes: list[tuple[str, str]] = []

    def add(self, update: Update) -> None:
        """Add one entity, and send the batch if it is full."""
        fields = {name: self._run.redacted(value) for name, value in update.enrichment.items()}
        self._batch.append(update._replace(enrichment=fields))
        if len(self._batch) >= BATCH:
            self.send()

    def send(self) -> None:
        """Enrich the entities of the batch on the platform, then create their insights."""
        for update in self._batch:
            update.entity.additional_properties.update(update.enrichment)
            update.entity.is_enriched = True
            update.entity.is_suspicious = update.entity.is_suspicious or update.is_suspicious
        entities = [update.entity for update in self._batch]
        if entities and not updated(self._run, entities):
            self.rejected |= dict.fromkeys(
                (each.identifier for each in entities), "the platform rejected the enrichment"
            )
        for update in self._batch:
            if update.entity.identifier not in self.rejected and update.insight:
                self._add_insight(update.entity, update.insight)
            update.entity.additional_properties = {}  # the platform has them; this saves memory for thousands of them
        self._batch.clear()

    @property
    def late_insights(self) -> list[tuple[str, str]]:
        """The note about insights that were not created because the run had no time left."""
        count = self._without_insight
        return [("Insights", f"not created for {count} entities: this run reached its time limit")] if count else []

    def _add_insight(self, entity: DomainEntityInfo, html: str) -> None:
        if not self._run.deadline.remaining:
            self._without_insight += 1  # an insight is one request to the platform; the results are more important
            return
        if not add_insight(self._run, entity, html):
            self.notes.append((entity.identifier, "enriched, but the platform rejected the insight"))
