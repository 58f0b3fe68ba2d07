"""The base of actions whose script result is an outcome word, and whose JSON result has the fixed head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic

from ...core.results.vmray_item_result import Collected, Item, item_result
from ...core.results.vmray_messages import with_details
from ...core.results.vmray_result import Attachment, Insight, Link, Result, Table
from ...core.soar.vmray_action import Action, Declared, Outcome
from ...core.soar.vmray_insights import add_insights
from ...core.soar.vmray_result_writer import write_result
from ...core.soar.vmray_run import Run


@dataclass(frozen=True, slots=True)
class Presentation:
    """The content of the result.

    Attributes:
        outcome: The outcome word.
        items: The items of the action, with their attachments, links and insights.
        sentences: The documented sentences for the analyst. The outcome ``failed`` has its own sentence.
        more: Members of the JSON result besides the fixed head.
        collected: Rows of the JSON result that were collected over all items.
        attachments: Files that belong to no single item; also ``links`` and ``insights``.
        details: Names with notes about them, besides the reasons of the items.
    """

    outcome: str
    items: Sequence[Item] = ()
    sentences: Sequence[str] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    collected: Collected | None = None
    tables: Sequence[Table] = ()
    attachments: Sequence[Attachment] = ()
    links: Sequence[Link] = ()
    insights: Sequence[Insight] = ()
    details: Sequence[tuple[str, str]] = ()


class OutcomeAction(Action[Declared], Generic[Declared]):
    """Ends with an outcome word, also if the action fails."""

    def present(self, run: Run, shown: Presentation) -> Outcome:
        """Write the result, and end: completed, unless every item failed.

        The outcome can be ``failed`` although VMRay answered about some items, such as ``empty`` or a submission whose
        analyses failed: then the action ends as completed, so that one wrong hash in a case does not stop a playbook.
        """
        notes = self.write(run, shown)
        parts = [each for item in shown.items for each in item.parts]
        reasons = [(each.name, each.reason) for each in (*shown.items, *parts) if each.reason]
        if shown.outcome == "failed" and all(item.outcome == "failed" and not item.parts for item in shown.items):
            return self._all_failed(run, reasons, [*shown.details, *notes])
        told = list(dict.fromkeys(reasons))  # the rows of an archive have the same notes
        return Outcome(with_details(shown.sentences, [*told, *shown.details, *notes]), value=shown.outcome)

    def reason_of_only(self, name: str, reason: str) -> str:  # noqa: ARG002 - for actions whose reasons need the name
        """Return the reason of the action, of whose items the only one failed."""
        return reason

    def write(self, run: Run, shown: Presentation) -> list[tuple[str, str]]:
        """Write the result, then the insights.

        Returns:
            Notes for the message: what was omitted because of its size, and insights that the platform rejected.
        """
        insights = [*(each for item in shown.items for each in item.insights), *shown.insights]
        return [*write_result(run, self.result(run, shown)), *add_insights(run, list(dict.fromkeys(insights)))]

    def result(self, run: Run, shown: Presentation) -> Result:
        """Return the result within the size limit of the platform."""
        return item_result(
            shown.outcome,
            shown.items,
            run.max_result_bytes,
            more=shown.more,
            collected=shown.collected,
            tables=shown.tables,
            attachments=shown.attachments,
            links=shown.links,
        )

    def failed(self, run: Run, error: Exception, kept: Sequence[tuple[str, str]] = ()) -> Outcome:
        """End as failed, and write a result with the outcome ``failed``."""
        return replace(super().failed(run, error, kept), value="failed")

    def _all_failed(self, run: Run, reasons: Sequence[tuple[str, str]], details: Sequence[tuple[str, str]]) -> Outcome:
        """End as failed: with the reason of the only item, else with the reason of each item as a detail."""
        if len(reasons) == 1:
            message = with_details([self.failure(run, self.reason_of_only(*reasons[0]))], details)
        else:
            message = with_details(
                [self.failure(run, f"none of the {len(reasons)} items has a result")], [*reasons, *details]
            )
        return replace(Outcome.failed(message), value="failed")
