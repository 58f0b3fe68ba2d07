"""The outcome of an action as one word, which playbooks use in conditions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...core.api.vmray_verdicts import Verdict

# From the most urgent to the least urgent. For several items, the first of these that occurs is the outcome of a
# verdict action, so that the outcome is ``clean`` only if every item is clean.
ORDER: Final = (
    *("malicious", "suspicious", "pending", "blocked_quota", "failed", "locked"),
    *("unknown", "not_found", "dry_run", "clean", "done", "empty"),
)
# Outcomes of items without a complete result; all other outcomes are complete.
OPEN: Final = frozenset({"pending", "blocked_quota", "failed", "locked"})
VERDICT_WORDS: Final = frozenset({"malicious", "suspicious", "clean", "unknown"})


def verdict_outcome(verdict: Verdict) -> str:
    """Return the outcome of an item with this verdict; ``unknown`` for none and for a word that is not known."""
    return verdict.rating if verdict.rating in VERDICT_WORDS else "unknown"


def worst_outcome(outcomes: Iterable[str]) -> str:
    """Return the outcome of an action about verdicts: the most urgent one; ``empty`` for no items."""
    return min(outcomes, key=ORDER.index, default="empty")


def fetch_outcome(outcomes: Iterable[str]) -> str:
    """Return the outcome of any other action: ``done`` if any item is done, else the most urgent one."""
    found = set(outcomes)
    return "done" if "done" in found else worst_outcome(found)
