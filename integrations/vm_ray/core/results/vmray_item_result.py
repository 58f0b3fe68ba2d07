"""The JSON result of actions with an outcome: a fixed head, and a row for each item of the action.

Every item has a row: an item that failed has a row with its outcome and its reason. If the result is too large for the
platform, tables are omitted first, then VMRay's own objects, then attachments, the largest first. Rows that were
collected over all items, such as IOCs, lose VMRay's own objects first, and at last the least important rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, Self

from ...core.api.vmray_errors import VMRayError
from ...core.results.vmray_escape import script_json
from ...core.results.vmray_outcome import OPEN
from ...core.results.vmray_result import Attachment, Insight, Link, Result, Table
from ...core.results.vmray_result_budget import first_that_fits

_NO_TABLES: Final = "the tables"
_NO_OBJECTS: Final = "VMRay's own objects"
_NEITHER: Final = f"{_NO_TABLES} and {_NO_OBJECTS}"


@dataclass(frozen=True, slots=True)
class Item:
    """One item and its outcome.

    Attributes:
        name: The name of the item as it was given.
        outcome: One of the words of ``vmray_outcome``.
        facts: Members of its row in the JSON result, besides its outcome and reason.
        parts: Items with the rows of this item, if VMRay has several objects for it, such as the submissions of a
            sample. Then the item has no row of its own.
        objects: The members of ``facts`` that contain lists of VMRay's own objects, or such lists by name.
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
    parts: Sequence[Item] = ()
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
        facts = self.facts if whole else {**self.facts, **{name: _emptied(self.facts[name]) for name in self.objects}}
        return {"subject": self.name, **facts, "outcome": self.outcome, "reason": self.reason or None}

    def with_notes(self, *notes: str) -> Self:
        """Return the item with more notes in its reason; empty ones do not count."""
        return replace(self, reason="; ".join(filter(None, (self.reason, *notes))))

    @property
    def is_finished(self) -> bool:
        """Whether the result for this item is complete."""
        return self.complete and self.outcome not in OPEN


def _emptied(value: Any) -> Any:  # noqa: ANN401 - lists, or lists by name
    return {name: [] for name in value} if isinstance(value, dict) else []


def rows_of(items: Iterable[Item]) -> list[Item]:
    """Return the items that have a row: the parts of an item, or the item itself."""
    return [each for item in items for each in item.parts or [item]]


@dataclass(frozen=True, slots=True)
class Collected:
    """Rows that were collected over all items, such as the IOCs of several samples, the most important first.

    The rows are the member ``items`` of the JSON result. The items themselves have rows in another member, where each
    of them keeps its outcome.

    Attributes:
        noun: What the rows are, in the plural.
        count: The number of rows.
        members: Returns members of the JSON result, among them ``items``, with so many rows; with VMRay's own objects
            if the second argument is True.
        subjects: The member with the rows of the items.
        problems: The rows with a problem, as items.
    """

    noun: str
    count: int
    members: Callable[[int, bool], Mapping[str, Any]]
    subjects: str
    problems: Sequence[Item] = ()


class _Level(NamedTuple):
    """One form of the result.

    Attributes:
        words: What the form omits.
        whole: Whether rows contain VMRay's own objects.
        collected: The number of collected rows that the form keeps.
    """

    words: str
    whole: bool
    tables: Sequence[Table]
    attachments: Sequence[Attachment]
    collected: int


def item_of_error(name: str, error: VMRayError, facts: Mapping[str, Any]) -> Item:
    """Return the item for an error; an object that does not exist in VMRay has the outcome ``not_found``."""
    outcome = "not_found" if error.kind == "not_found" else "failed"
    return Item(name, outcome, facts, reason=str(error), kind=error.kind, advice=error.remedy)


def item_result(  # noqa: PLR0913 - the parts of one result
    outcome: str,
    items: Sequence[Item],
    limit: float,
    *,
    more: Mapping[str, Any] | None = None,
    collected: Collected | None = None,
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
        collected: Rows that were collected over all items.
        tables: Tables of the case wall.
        attachments: Files, besides those of the items.
        links: Links, besides those of the items.
    """
    # Two items can be about the same sample, such as its id and its hash; its file and its link are shown once.
    files = [*(each for item in items for each in item.attachments), *attachments]
    attachments = list({each.name: each for each in files}.values())
    links = list(dict.fromkeys([*(each for item in items for each in item.links), *links]))
    with_row = rows_of(items)
    problems = [*with_row, *(collected.problems if collected else ())]

    def forms() -> Iterator[tuple[Result, int]]:
        for words, whole, kept_tables, kept_files, count in _levels(tables, attachments, collected):
            rows = [each.row(whole=whole) for each in with_row]
            head = {
                "outcome": outcome,
                "complete": all(each.is_finished for each in (*items, *problems)),
                **(more or {}),
                **({**collected.members(count, whole), collected.subjects: rows} if collected else {"items": rows}),
                "left_out": words or None,
                "errors": [error_of(each) for each in problems if each.kind],
            }
            form = Result(script_json(head), tables=kept_tables, attachments=kept_files, links=links, left_out=words)
            yield form, form.cost

    return first_that_fits(limit, forms())


def _levels(
    tables: Sequence[Table], attachments: Sequence[Attachment], collected: Collected | None
) -> Iterator[_Level]:
    """Yield each level, from the complete result to the smallest."""
    count = collected.count if collected else 0
    complete = _Level("", whole=True, tables=tables, attachments=attachments, collected=count)
    yield complete
    yield (
        complete._replace(words=_NO_OBJECTS, whole=False)
        if collected
        else complete._replace(words=_NO_TABLES, tables=())
    )
    level = _Level(_NEITHER, whole=False, tables=(), attachments=attachments, collected=count)
    yield level
    dropped: set[str] = set()
    for largest in sorted(attachments, key=lambda each: len(each.content), reverse=True):
        dropped.add(largest.name)
        names = ", ".join(each.name for each in attachments if each.name in dropped)
        kept = [each for each in attachments if each.name not in dropped]
        level = level._replace(words=f"{_NEITHER}, and {names}", attachments=kept)
        yield level
    while count and collected:
        count //= 2
        yield level._replace(
            words=f"{level.words}, and the last {collected.count - count} of {collected.count} {collected.noun}",
            collected=count,
        )


def error_of(item: Item) -> dict[str, Any]:
    """Return the member of ``errors`` for an item with a problem."""
    return {"item": item.name, "class": item.kind, "reason": item.reason, "advice": item.advice or None}
