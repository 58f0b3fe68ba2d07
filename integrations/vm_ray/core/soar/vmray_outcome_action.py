"""The base of actions whose script result is an outcome word, with a JSON result that has the fixed head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic

from ...core.results.vmray_item_result import Item, item_result
from ...core.results.vmray_messages import with_details
from ...core.results.vmray_result import Attachment, Table
from ...core.soar.vmray_action import Action, Declared, Outcome
from ...core.soar.vmray_result_writer import write_result
from ...core.soar.vmray_run import Run


@dataclass(frozen=True, slots=True)
class Presentation:
    """What an action shows.

    Attributes:
        sentences: The documented sentences for the analyst.
        outcome: The outcome word.
        items: What was asked about.
        more: Members of the JSON result beside the fixed head.
        details: Names and what to know about them, beside the reasons of the items.
    """

    sentences: Sequence[str]
    outcome: str
    items: Sequence[Item] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    tables: Sequence[Table] = ()
    attachments: Sequence[Attachment] = ()
    details: Sequence[tuple[str, str]] = ()


class OutcomeAction(Action[Declared], Generic[Declared]):
    """Ends with an outcome word, also when it fails."""

    def present(self, run: Run, shown: Presentation) -> Outcome:
        """Write the result, and end: completed, unless nothing was done and something failed."""
        result = item_result(
            shown.outcome,
            shown.items,
            run.max_result_bytes,
            more=shown.more,
            tables=shown.tables,
            attachments=shown.attachments,
        )
        notes = write_result(run, result)
        reasons = [(item.name, item.reason) for item in shown.items if item.reason]
        message = with_details(shown.sentences, [*reasons, *shown.details, *notes])
        if shown.outcome == "failed":
            return replace(Outcome.failed(message), value="failed")
        return Outcome(message, value=shown.outcome)

    def failed(self, run: Run, error: Exception, kept: Sequence[tuple[str, str]] = ()) -> Outcome:
        """End as failed, with the word for it."""
        return replace(super().failed(run, error, kept), value="failed")
