"""The outcome of an action in one word: the vocabulary that playbooks branch on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

# From the most urgent to the least. For several items the first of these that occurs is the outcome of a verdict
# action, so that ``clean`` is said only if every item is clean.
ORDER: Final = (
    *("malicious", "suspicious", "pending", "blocked_quota", "failed", "locked"),
    *("unknown", "not_found", "dry_run", "clean", "done", "empty"),
)
# Outcomes that leave a question open; every other one is an answer.
OPEN: Final = frozenset({"pending", "blocked_quota", "failed", "locked"})


def worst_outcome(outcomes: Iterable[str]) -> str:
    """Return the outcome of a verdict action, which answers "is it bad?"; ``empty`` for no items."""
    return min(outcomes, key=ORDER.index, default="empty")


def deed_outcome(outcomes: Iterable[str]) -> str:
    """Return the outcome of any other action: ``done`` if any item is done, else the most urgent one."""
    found = set(outcomes)
    return "done" if "done" in found else worst_outcome(found)
