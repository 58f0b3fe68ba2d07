"""The result of Add IOCs As Entities: the rows of the entities, the sentences, and the outcome of each sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ...core.api.vmray_errors import VMRayError
from ...core.exports.vmray_ioc_gate import DroppedIoc
from ...core.results.vmray_escape import csv_cell, defang
from ...core.results.vmray_ioc_items import SUBJECTS
from ...core.results.vmray_ioc_rows import LISTS
from ...core.results.vmray_item_result import Collected, Item
from ...core.results.vmray_messages import listed_items
from ...core.results.vmray_outcome import fetch_outcome
from ...core.results.vmray_result import Table
from ...core.soar.vmray_case_entities import CREATED, FAILED, UPDATED, EntityState
from ...core.soar.vmray_outcome_action import Presentation

ADDED: Final = "Successfully added the following IOCs as entities: "
UPDATED_ONES: Final = "Updated the following entities with information from VMRay: "
MISSED: Final = "Action wasn't able to add the following IOCs as entities: "
NONE_ADDED: Final = "No entities were added."


def with_entities(shown: Presentation, states: Sequence[EntityState], dropped: Sequence[DroppedIoc]) -> Presentation:
    """Return the content of the result with the entities.

    A sample whose IOCs all failed has failed, and one without an entity is empty.

    Args:
        shown: The content so far: the samples, and the sentences about them.
        states: What became of each entity.
        dropped: The IOCs that became none.
    """
    items = [_judged(each, states) if each.outcome == "done" else each for each in shown.items]
    lines = [",".join(csv_cell(cell) for cell in _cells(each)) for each in states]
    about_unread_samples = shown.sentences[1:]
    return replace(
        shown,
        outcome=fetch_outcome(item.outcome for item in items),
        items=items,
        sentences=[*_sentences(states), *about_unread_samples],
        collected=entity_rows(states, dropped),
        tables=[Table("VMRay entities", ["IOC,Entity Type,Verdict,State,Samples", *lines])] if lines else [],
        details=[*shown.details, *((_name(each), each.reason) for each in states if each.reason)],
    )


def not_added(shown: Presentation, error: VMRayError, dropped: Sequence[DroppedIoc]) -> Presentation:
    """Return the content of the result after an error of the platform that concerns all entities."""
    items = without_entities(shown.items, error)
    return replace(
        shown,
        outcome=fetch_outcome(item.outcome for item in items),
        items=items,
        sentences=[NONE_ADDED, *shown.sentences[1:]],
        collected=entity_rows([], dropped),
    )


def without_entities(items: Sequence[Item], error: VMRayError) -> list[Item]:
    """Return the items after an error that prevented all entities: also samples whose IOCs were read have failed."""
    return [_failed(each, str(error), error.kind, error.remedy) if each.outcome == "done" else each for each in items]


def entity_rows(states: Sequence[EntityState], dropped: Sequence[DroppedIoc]) -> Collected:
    """Return the rows of the JSON result: the entities, and the IOCs that became none."""

    def members(count: int, _whole: bool) -> Mapping[str, Any]:  # noqa: FBT001 - see ``Collected.members``
        return {
            "dropped": [each.in_json for each in dropped[: max(0, count - len(states))]],
            "items": [_row(each) for each in states[:count]],
        }

    problems = [_problem(each) for each in states if each.state == FAILED]
    return Collected("IOCs", len(states) + len(dropped), members, SUBJECTS, problems)


def _sentences(states: Sequence[EntityState]) -> list[str]:
    words = {ADDED: CREATED, UPDATED_ONES: UPDATED, MISSED: FAILED}
    names = {prefix: [_name(each) for each in states if each.state == word] for prefix, word in words.items()}
    if not names[ADDED] and not names[UPDATED_ONES]:
        return [NONE_ADDED, *([listed_items(MISSED, names[MISSED])] if names[MISSED] else [])]
    return [listed_items(prefix, each) for prefix, each in names.items() if each]


def _judged(item: Item, states: Sequence[EntityState]) -> Item:
    own = [each for each in states if item.facts["sample_id"] in each.entity.row.sample_ids]
    if any(each.is_done for each in own):
        return item
    if not own:
        return replace(item.with_notes("its IOCs are in dropped"), outcome="empty")
    first = own[0]
    return _failed(item, f"none of its IOCs became an entity: {first.reason}", first.kind, first.advice)


def _failed(item: Item, reason: str, kind: str, advice: str) -> Item:
    return replace(item, outcome="failed", reason=reason, kind=kind, advice=advice)


def _row(state: EntityState) -> dict[str, Any]:
    entity = state.entity
    return {
        "type": LISTS[entity.row.name.kind][0],
        "value": entity.row.name.value,
        "entity": entity.identifier,
        "entity_type": entity.entity_type,
        "outcome": "done" if state.is_done else "failed",
        "state": state.state,
        "verdict": entity.row.verdict.in_json,
        "sample_ids": list(entity.row.sample_ids),
        "reason": state.reason or None,
    }


def _problem(state: EntityState) -> Item:
    return Item(state.entity.row.name.value, "failed", reason=state.reason, kind=state.kind, advice=state.advice)


def _name(state: EntityState) -> str:
    return defang(state.entity.row.name.value)


def _cells(state: EntityState) -> Sequence[str]:
    row = state.entity.row
    samples = "; ".join(map(str, row.sample_ids))
    return _name(state), state.entity.entity_type, defang(row.verdict.word), state.state, samples
