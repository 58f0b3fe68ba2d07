"""The base of actions that look up entities concurrently, within a single run."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import VMRayError
from ...core.results.vmray_messages import ENTITIES_ENRICHED, enriched, kept, none_of_type
from ...core.results.vmray_report import SampleReport
from ...core.soar.vmray_action import Action, Outcome
from ...core.soar.vmray_case_wall import CaseWall
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_scan_parameters import ScanParameters


class EntityAction(Action[ScanParameters]):
    """Enriches each entity of one type with its report."""

    entity_type: ClassVar[str]

    @abstractmethod
    def report(self, run: Run, identifier: str, params: ScanParameters) -> SampleReport:
        """Return the report of one entity.

        Raises:
            VMRayError: The reason why there is no report.
        """

    def perform(self, run: Run, params: ScanParameters) -> Outcome:
        """Look up all entities; the result names each one as enriched, or with the reason why it was not."""
        entities = {entity.identifier: entity for entity in run.entities(self.entity_type)}
        wall = CaseWall(run, params)
        missed: dict[str, str] = {}
        fatal: Exception | None = None
        try:
            for identifier, found in map_concurrently(lambda each: self.report(run, each, params), entities):
                if isinstance(found, VMRayError):
                    missed[identifier] = str(found)
                else:
                    wall.show(entities[identifier], found)
        except Exception as error:  # noqa: BLE001 - entities that are done are kept after any error
            fatal = error
        done = wall.finish(list(entities))
        if fatal is not None:
            return self.failed(run, fatal, kept(len(done), len(entities), ENTITIES_ENRICHED))
        missed |= wall.rejected
        missed = {identifier: missed[identifier] for identifier in entities if identifier in missed}
        if not entities:
            wall.notes.append(none_of_type(self.entity_type))
        return Outcome(enriched(done, missed, wall.notes), value=bool(done))
