"""The JSON result of actions with an outcome: a fixed head, and a row for each item of the action.

Every item has a row: an item that failed has a row with its outcome and its reason. If the result is too large for the
platform, tables are omitted first, then VMRay's own objects, then attachments, the largest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ...core.api.vmray_errors import SampleNotFoundError, VMRayError
from ...core.api.vmray_request_errors import NotFoundError
from ...core.results.vmray_escape import script_json
from ...core.results.vmray_outcome import OPEN
from ...core.results.vmray_result import Attachment, Insight, Link, Result, Table
from ...core.results.vmray_result_budget import first_that_fits

_NO_TABLES: Final = "the tables"
_NO_OBJECTS: Final = f"{_NO_TABLES} and VMRay's own objects"


@dataclass(frozen=True, slots=True)
class Item:
    """One item and its outcome.

    Attributes:
        name: The name of the item as it was given.
        outcome: One of the words of ``vmray_outcome``.
        facts: Members of its row in the JSON result, besides its outcome and reason.
        objects: The members of ``facts`` that contain lists of VMRay's own objects.
        reason: Why the item has no result, or only a part of it.
        kind: The class of the problem, one of ``vmray_errors.KINDS``; empty if there is none.
        advice: What to do about the problem.
        complete: Whether VMRay had finished collecting the data.
        attachments: The files of the item.
        links: The links of the item.
        insights: The insights of the item.
    """

    name: str
    outcome: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    objects: tuple[str, ...] = ()
    reason: str = ""
    kind: str = ""
    advice: str = ""
    complete: bool = True
    attachments: Sequence[Attachment] = ()
    links: Sequence[Link] = ()
    insights: Sequence[Insight] = ()

    def row(self, *, whole: bool = True) -> dict[str, Any]:
        """Return the row of the item; without VMRay's own objects if ``whole`` is False."""
        facts = self.facts if whole else {**self.facts, **{name: [] for name in self.objects}}
        return {"subject": self.name, **facts, "outcome": self.outcome, "reason": self.reason or None}

    @property
    def is_finished(self) -> bool:
        """Whether the result for this item is complete."""
        return self.complete and self.outcome not in OPEN


def item_of_error(name: str, error: VMRayError, facts: Mapping[str, Any]) -> Item:
    """Return the item for an error; an object that does not exist in VMRay has the outcome ``not_found``."""
    outcome = "not_found" if isinstance(error, NotFoundError | SampleNotFoundError) else "failed"
    return Item(name, outcome, facts, reason=str(error), kind=error.kind, advice=error.remedy)


def item_result(  # noqa: PLR0913 - the parts of one result
    outcome: str,
    items: Sequence[Item],
    limit: float,
    *,
    more: Mapping[str, Any] | None = None,
    tables: Sequence[Table] = (),
    attachments: Sequence[Attachment] = (),
    links: Sequence[Link] = (),
) -> Result:
    """Return the result within the size limit of the platform.

    Args:
        outcome: The outcome of the action.
        items: The items in the order of the result.
        limit: The platform's limit in bytes.
        more: Members of the JSON result besides the fixed head.
        tables: Tables of the case wall.
        attachments: Files, besides those of the items.
        links: Links, besides those of the items.
    """
    attachments = [*(each for item in items for each in item.attachments), *attachments]
    links = [*(each for item in items for each in item.links), *links]

    def forms() -> Iterator[tuple[Result, int]]:
        for words, whole, kept_tables, kept_files in _levels(tables, attachments):
            head = {
                "outcome": outcome,
                "complete": all(item.is_finished for item in items),
                **(more or {}),
                "items": [item.row(whole=whole) for item in items],
                "left_out": words or None,
                "errors": [_error(item) for item in items if item.kind],
            }
            form = Result(script_json(head), tables=kept_tables, attachments=kept_files, links=links, left_out=words)
            yield form, form.cost

    return first_that_fits(limit, forms())


def _levels(
    tables: Sequence[Table], attachments: Sequence[Attachment]
) -> Iterator[tuple[str, bool, Sequence[Table], Sequence[Attachment]]]:
    """Yield each level: what it omits, whether rows are complete, and the tables and attachments that it keeps."""
    yield "", True, tables, attachments
    yield _NO_TABLES, True, (), attachments
    yield _NO_OBJECTS, False, (), attachments
    kept = sorted(attachments, key=lambda each: len(each.content))
    while kept:
        kept = kept[:-1]
        names = ", ".join(each.name for each in attachments if each not in kept)
        yield f"{_NO_OBJECTS}, and {names}", False, (), tuple(kept)


def _error(item: Item) -> dict[str, Any]:
    return {"item": item.name, "class": item.kind, "reason": item.reason, "advice": item.advice or None}
