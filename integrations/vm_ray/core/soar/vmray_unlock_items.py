"""The rows of the samples whose reports are unlocked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...core.results.vmray_item_result import Item
from ...core.results.vmray_result import Link
from ...core.soar.vmray_unlocking import Unlocked, UnlockTask
from ...core.submissions.vmray_unlock_decision import NO_REPORT, UNLOCKED, UNLOCKING, UNWANTED, Lock

_NOTHING: Final = "VMRay named no report that it unlocked"
_WHY_NOT: Final = {
    UNLOCKED: "no report of this sample is locked",
    NO_REPORT: "VMRay has no analysis of this sample with a report",
}


def facts_of(task: UnlockTask, source: UnlockTask) -> dict[str, Any]:
    """Return the members of a row about the unlock."""
    lock = task.lock
    ids = list(source.result.ids) if source.result else []
    was_locked = None if lock is None else bool(lock.locked or lock.unlocking)
    verdict = task.verdict.in_json if task.verdict else None
    return {"verdict": verdict, "unlocked_analysis_ids": ids, "was_locked": was_locked}


def answer_of(task: UnlockTask, source: UnlockTask, facts: Mapping[str, Any]) -> Item:
    """Return the item of a sample."""
    name = task.subject.name
    links = [Link(f"VMRay sample {task.sample_id}", task.link)] if task.link else []
    if isinstance(source.result, Unlocked):
        return _of_unlocked(name, source.result, facts, links)
    if task.decision == UNLOCKING:
        return Item(name, "done", facts, reason=_open(task.lock or Lock()), links=links)
    if task.decision == UNWANTED:
        word = facts["verdict"] or "none"
        return Item(name, "empty", facts, reason=f"its verdict is not in Unlock Verdicts: {word}", links=links)
    return Item(name, "empty", facts, reason=_WHY_NOT[task.decision], links=links)


def _of_unlocked(name: str, result: Unlocked, facts: Mapping[str, Any], links: list[Link]) -> Item:
    if not result.ids:
        return Item(name, "failed", facts, reason=_NOTHING, kind="refused", links=links)
    return Item(name, "done", facts, reason=_open(result.after or Lock()), links=links)


def _open(lock: Lock) -> str:
    """Return which reports cannot be read yet; empty if all can."""
    found = {"VMRay is still unlocking the report of": lock.unlocking, "still locked:": lock.locked}
    return "; ".join(f"{what} analysis {', '.join(map(str, ids))}" for what, ids in found.items() if ids)
