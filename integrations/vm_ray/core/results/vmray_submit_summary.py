"""The sentences, the table and the cost of an action that submits without waiting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...core.results.vmray_escape import csv_cell, defang, unclickable
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_messages import grouped
from ...core.results.vmray_quota import cost_of
from ...core.results.vmray_result import Table

TABLE_TITLE: Final = "VMRay submissions"
_COLUMNS: Final = ("Decision", "Submission ID", "Sample ID", "Verdict", "Reason")
_MISSED: Final = "missed"
_BOOKED: Final = ("submit", "reuse")
_SENTENCES: Final = {
    "submit": "Successfully submitted the following {noun} to VMRay: ",
    "reuse": "Reused earlier VMRay results for the following {noun}: ",
    "join": "The following {noun} are already being analyzed by VMRay: ",
    "dry_run": "Dry run, the following {noun} would be submitted to VMRay: ",
    "blocked_quota": "Not submitted, the VMRay quota is too low: ",
    _MISSED: "Action wasn't able to submit the following {noun} to VMRay: ",
}
_NONE: Final = "None of the provided {noun} were submitted to VMRay."


def sentences(noun: str, items: Sequence[Item]) -> list[str]:
    """Return the documented sentences about the items; an archive, which has several rows, is named once."""
    told = {group: sentence.format(noun=noun) for group, sentence in _SENTENCES.items()}
    return grouped(told, _MISSED, _NONE.format(noun=noun), ((_group(item), item.name) for item in items))


def _group(item: Item) -> str:
    if item.outcome in ("dry_run", "blocked_quota"):
        return item.outcome
    return str(item.facts["decision"]) if item.facts["sample_id"] is not None else _MISSED


def submission_table(column: str, items: Sequence[Item], member: str, *, is_address: bool = False) -> list[Table]:
    """Return the table: a line for each row; no table without rows.

    Args:
        column: The name of the first column.
        items: The rows.
        member: The member of a row that the first column shows.
        is_address: Whether that is an address, which must not be clickable.
    """
    lines = [_line(item, member, is_address=is_address) for item in items]
    return [Table(TABLE_TITLE, [",".join((column, *_COLUMNS)), *lines])] if lines else []


def _line(item: Item, member: str, *, is_address: bool) -> str:
    row = item.facts
    name = str(row[member])
    cells = [defang(name) if is_address else name, row["decision"] or ""]
    cells += ["" if row[each] is None else row[each] for each in ("submission_id", "sample_id")]
    cells += [row["verdict"] or "", unclickable(item.reason)]
    return ",".join(csv_cell(cell) for cell in cells)


def cost(items: Sequence[Item], quota_left: int | None) -> dict[str, Any]:
    """Return what the run has cost: how many submissions it made and reused, and what is left of the quota."""
    made = {word: {item.facts["submission_id"] for item in items if item.facts["decision"] == word} for word in _BOOKED}
    submitted, reused = (len(ids - {None}) for ids in made.values())
    return cost_of(submitted=submitted, reused=reused, quota_left=quota_left)
