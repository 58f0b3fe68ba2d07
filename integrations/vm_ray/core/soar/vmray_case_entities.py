"""Add entities to the case, each at most once, and update those that are there.

An entity is the same if its type and its identifier are. The case is read before the first request. A request whose
response is lost is not repeated: the case is read again, and shows whether the entity was added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ...core.api.vmray_deadline import call_with_timeout
from ...core.api.vmray_errors import DeadlineError, PlatformCaseError, PlatformError
from ...core.api.vmray_network_errors import is_failed_exchange
from ...core.soar.vmray_entity_updates import EntityUpdates, Update
from ...core.soar.vmray_planned_entities import NEW, ORIGINAL, PlannedEntity
from ...core.soar.vmray_run import Run

if TYPE_CHECKING:
    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

CREATED: Final = "created"
UPDATED: Final = "updated"
DROPPED: Final = "dropped"
FAILED: Final = "failed"
NO_ALERT: Final = "the action has no alert, and entities can only be added to an alert"
NO_CASE: Final = "Google SecOps did not return the entities of the case, so none was added"
AS_IT_IS: Final = "the case has this entity already; it was left as it is"
NOT_REACHED: Final = "not reached: the time of this run ended"
_REJECTED: Final = "the platform rejected the entity"
_NOT_ANSWERED: Final = "the platform did not answer, and the case does not have the entity"
_UNCERTAIN: Final = "the platform did not answer, and it is not certain whether the entity was added"
_AGAIN: Final = "Run the action again: an entity that is in the case is not added again."
# In seconds: the platform creates an entity at once, or not at all.
_LONGEST: Final = 60.0
# In seconds: kept for reading the case again after a request without an answer.
_TIME_TO_SETTLE: Final = 5.0

Entities = Mapping[tuple[str, str], "DomainEntityInfo"]


class EntityState(NamedTuple):
    """What became of one planned entity.

    Attributes:
        state: ``created``, ``updated``, ``dropped`` or ``failed``.
        reason: Why the entity was not created or updated.
        kind: The class of the problem, one of ``vmray_errors.KINDS``; empty if there is none.
        advice: What to do about the problem.
    """

    entity: PlannedEntity
    state: str
    reason: str = ""
    kind: str = ""
    advice: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the case has the entity."""
        return self.state != FAILED


def without_alert(run: Run) -> PlatformCaseError | None:
    """Return the error of an action that has no alert; None if it has one."""
    return None if run.siemplify.current_alert else PlatformCaseError(NO_ALERT)


def added(run: Run, planned: Sequence[PlannedEntity], *, update: bool) -> list[EntityState]:
    """Add the entities that the case does not have, and update the others.

    Args:
        run: The current run.
        planned: The entities, in the order of importance.
        update: Whether entities that the case has get the properties.

    Raises:
        PlatformCaseError: The case could not be read; nothing was added.
    """
    if not run.deadline.remaining:
        return [_late(each) for each in planned]
    known = _read(run)
    if known is None:
        raise PlatformCaseError(NO_CASE)
    states = {each.key: _existing(each, update=update) for each in planned if each.key in known}
    if update:
        states |= _updated(run, [(each, known[each.key]) for each in planned if each.key in known])
    with run.deadline.reserving(min(_TIME_TO_SETTLE, run.deadline.remaining / 4)):
        states |= {each.key: _created(run, each) for each in planned if each.key not in known}
    new = [states[each.key] for each in planned if each.key not in known]
    states |= _settled(run, [each for each in new if each.kind == PlatformError.kind])
    return [states[each.key] for each in planned]


def _read(run: Run) -> Entities | None:
    """Return the entities of all alerts of the case, as they are now; None if the platform does not return them.

    An entity that another integration added can have an identifier in lower case.
    """
    try:
        call_with_timeout(run.siemplify.load_case_data, min(run.deadline.remaining, _LONGEST))
        alerts = run.siemplify.case.alerts
    except Exception as error:  # noqa: BLE001 - the SDK raises bare exceptions
        run.log(f"the platform did not return the case: {type(error).__name__}")
        return None
    return {(each.entity_type, each.identifier.upper()): each for alert in alerts for each in alert.entities}


def _existing(entity: PlannedEntity, *, update: bool) -> EntityState:
    return EntityState(entity, UPDATED) if update else EntityState(entity, DROPPED, AS_IT_IS)


def _updated(run: Run, pairs: Sequence[tuple[PlannedEntity, DomainEntityInfo]]) -> dict[tuple[str, str], EntityState]:
    """Give entities of the case the properties; return the states of those that the platform rejects."""
    if pairs and not run.deadline.remaining:
        return {each.key: _late(each) for each, _ in pairs}
    updates = EntityUpdates(run)
    for planned, entity in pairs:
        own = {name: value for name, value in planned.properties.items() if name not in (NEW, ORIGINAL)}
        updates.add(Update(entity, own, planned.row.verdict.is_suspicious, ""))
    updates.send()
    return {
        planned.key: EntityState(planned, FAILED, updates.rejected[entity.identifier], PlatformError.kind, _AGAIN)
        for planned, entity in pairs
        if entity.identifier in updates.rejected
    }


def _created(run: Run, entity: PlannedEntity) -> EntityState:
    """Add one entity, once; without an answer, whether the entity was added is not known yet."""
    remaining = run.deadline.remaining
    if not remaining:
        return _late(entity)
    try:
        call_with_timeout(lambda: _send(run, entity), min(remaining, _LONGEST))
    except Exception as error:  # noqa: BLE001 - the SDK raises bare exceptions
        run.log(f"the platform did not add the entity: {type(error).__name__}")
        is_lost = isinstance(error, TimeoutError) or is_failed_exchange(error)
        return EntityState(entity, FAILED, _UNCERTAIN if is_lost else _REJECTED, PlatformError.kind, _AGAIN)
    return EntityState(entity, CREATED)


def _send(run: Run, entity: PlannedEntity) -> None:
    run.siemplify.add_entity_to_case(
        entity.identifier,
        entity.entity_type,
        is_internal=False,
        is_suspicous=entity.row.verdict.is_suspicious,
        is_enriched=True,
        is_vulnerable=False,
        properties={name: run.redacted(value) for name, value in entity.properties.items()},
    )


def _late(entity: PlannedEntity) -> EntityState:
    return EntityState(entity, FAILED, NOT_REACHED, DeadlineError.kind, DeadlineError.remedy)


def _settled(run: Run, failed: Sequence[EntityState]) -> dict[tuple[str, str], EntityState]:
    """Read the case again, once, and return the states of the entities whose request failed."""
    known = _read(run) if failed else {}
    if known is None:
        return {}
    return {each.entity.key: _settled_state(each, is_there=each.entity.key in known) for each in failed}


def _settled_state(state: EntityState, *, is_there: bool) -> EntityState:
    if is_there:
        return EntityState(state.entity, CREATED)
    return state._replace(reason=_NOT_ANSWERED if state.reason == _UNCERTAIN else state.reason)
