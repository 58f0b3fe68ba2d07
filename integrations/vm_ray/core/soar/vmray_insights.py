"""Create insights on the platform: of entities, and of the case for what came from no entity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from ...core.results.vmray_result import Insight
from ...core.soar.vmray_run import PROVIDER, Run

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

# Values of the platform's SDK.
_INFO: Final = 0
_GENERAL: Final = 0


def add_insights(run: Run, insights: Sequence[Insight]) -> list[tuple[str, str]]:
    """Create the insights while the run has time left: each is one request to the platform.

    Returns:
        Notes for the message about insights that were not created; the results must not be lost because of them.
    """
    entities = {entity.identifier: entity for entity in run.siemplify.target_entities} if insights else {}
    late = rejected = 0
    for each in insights:
        entity = entities.get(each.entity)
        if not run.deadline.remaining:
            late += 1
        elif not (add_insight(run, entity, each.html) if entity else _add_to_case(run, each)):
            rejected += 1
    notes = {"this run reached its time limit": late, "the platform rejected them": rejected}
    return [("Insights", f"not created: {count} of {len(insights)}, {why}") for why, count in notes.items() if count]


def add_insight(run: Run, entity: DomainEntityInfo, html: str) -> bool:
    """Create the insight of an entity; return False if the platform rejects it: the result must not be lost."""
    return _accepted(run, lambda: run.siemplify.add_entity_insight(entity, run.redacted(html), triggered_by=PROVIDER))


def _add_to_case(run: Run, insight: Insight) -> bool:
    return _accepted(
        run,
        lambda: run.siemplify.create_case_insight(
            PROVIDER, insight.title, run.redacted(insight.html), "", _INFO, _GENERAL
        ),
    )


def _accepted(run: Run, send: Callable[[], object]) -> bool:
    try:
        send()
    except Exception as error:  # noqa: BLE001 - the SDK raises bare exceptions
        run.log(f"the platform rejected the insight: {type(error).__name__}")
        return False
    return True
