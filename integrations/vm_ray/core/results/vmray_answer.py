"""The answer about a file that VMRay does not have, or does not hand over, although nothing went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_models import VERDICT_ONLY_NOTE
from ...core.results.vmray_item_result import Item, item_of_error

UNLOCK: Final = "Run Unlock Report, or unlock the report in VMRay; this uses quota."


class Answer(NamedTuple):
    """Why there is no file.

    Attributes:
        outcome: One of the words of ``vmray_outcome``.
        reason: Why, in words for an analyst.
        kind: The class of the problem, one of ``vmray_errors.KINDS``; empty if there is none.
        advice: What to do about the problem.
    """

    outcome: str
    reason: str
    kind: str = ""
    advice: str = ""

    def item(self, name: str, facts: Mapping[str, Any]) -> Item:
        """Return the item with this answer."""
        return Item(name, self.outcome, facts, reason=self.reason, kind=self.kind, advice=self.advice)


def answer_of(content: Answer | VMRayError) -> Answer:
    """Return the answer for a file that was not read; for an error as for an item with this error."""
    if isinstance(content, Answer):
        return content
    item = item_of_error("", content, {})
    return Answer(item.outcome, item.reason, item.kind, item.advice)


LOCKED: Final = Answer("locked", VERDICT_ONLY_NOTE, "locked", UNLOCK)
