"""Add IOCs As Entities: the best IOCs of samples as entities of the case, with what VMRay knows of them."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.api.vmray_errors import PlatformError, VMRayError
from ..core.exports.vmray_gated_iocs import dated
from ..core.exports.vmray_ioc_gate import GatedIocs
from ..core.results.vmray_item_result import Collected, Item
from ..core.soar.vmray_action import Outcome
from ..core.soar.vmray_case_entities import added, without_alert
from ..core.soar.vmray_entity_parameters import EntityParameters
from ..core.soar.vmray_entity_rows import entity_rows, not_added, with_entities, without_entities
from ..core.soar.vmray_fetch_action import retrieved
from ..core.soar.vmray_gated_action import GatedAction
from ..core.soar.vmray_outcome_action import Presentation
from ..core.soar.vmray_planned_entities import planned
from ..core.soar.vmray_run import Run


class AddIOCsAsEntities(GatedAction[EntityParameters]):
    """Adds the IOCs of samples that pass the quality gate to the alert, the worst first, each entity once.

    An entity is suspicious by the verdict of its IOC, not by that of the sample. Without Samples, the action reads
    about the FILEHASH entities of the case. The action submits nothing and costs no quota.
    """

    name = "Add IOCs As Entities"
    parameters = EntityParameters
    sentences = retrieved("IOCs")
    kept_share = 0.25

    def perform(self, run: Run, params: EntityParameters) -> Outcome:
        """Fail before any request to VMRay if there is no alert to which entities could be added."""
        error = without_alert(run)
        if error is None:
            return super().perform(run, params)
        items = [self._unread(each, error) for each in params.subjects(run)]
        self.write(run, Presentation("failed", items, collected=self.collected(items, params)))
        raise error

    def interrupted(self, items: list[Item], error: VMRayError) -> list[Item]:
        """Return the items after a fatal error: no entity was added, also of the samples that were read."""
        return without_entities(items, error)

    def collected(self, items: Sequence[Item], _params: EntityParameters) -> Collected:  # noqa: ARG002 - as in the base class
        """Return no rows: nothing was added yet."""
        return entity_rows([], [])

    def handed_over(self, run: Run, shown: Presentation, gate: GatedIocs, params: EntityParameters) -> Presentation:
        """Add the entities, or update those that exist."""
        plan = planned(dated(gate.kept, shown.items), shown.items, params.max_entities)
        dropped = [*gate.dropped, *plan.dropped]
        try:
            states = added(run, plan.entities, update=params.update) if plan.entities else []
        except PlatformError as error:
            return not_added(shown, error, dropped)
        return with_entities(shown, states, dropped)


def main() -> None:
    """Run as the platform's process."""
    AddIOCsAsEntities().start()


if __name__ == "__main__":
    main()
