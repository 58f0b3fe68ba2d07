"""The JSON result with complete reports: rows in the order of the items, within the size limit of the platform.

Rows are added one by one, and their cost is summed for each of ``LEVELS``. At the end the first level that fits is
applied to all of them. Until then the rows are in a spool, which uses the disk if it grows. Every item keeps its row,
and every row its outcome.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.results.vmray_escape import script_json
from ...core.results.vmray_item_result import Item, error_of
from ...core.results.vmray_report_row import LEVELS, Level, ReportRow
from ...core.results.vmray_result import Link, Result, Table
from ...core.results.vmray_result_budget import ENTRY_OVERHEAD, first_that_fits, nested_length
from ...core.results.vmray_spool import Spool, SpoolError


class ReportRows:
    """The rows of all reports of a run.

    Attributes:
        lost: The names of the items whose rows could not be read from the spool again, with the reason.
    """

    def __init__(self, limit: float) -> None:
        """Start without rows.

        Args:
            limit: The platform's limit in bytes.
        """
        self._limit = limit
        self._costs = [ENTRY_OVERHEAD] * len(LEVELS)
        self._spool = Spool()
        self._added: set[str] = set()
        self.lost: dict[str, str] = {}

    def add(self, name: str, sample_id: int, row: ReportRow, costs: Sequence[int]) -> None:
        """Add the row of one item.

        Args:
            name: The name of the item.
            sample_id: The id of its sample, for the title of the link.
            row: The row.
            costs: What the row costs at each level.
        """
        self._costs = [sum(pair) for pair in zip(self._costs, costs, strict=True)]
        kept = [getattr(row, part) for part in ReportRow.__slots__]
        self._added.add(name)
        self._spool.put(name, [sample_id, kept])

    def result(self, outcome: str, items: Sequence[Item]) -> Result:
        """Return the result; an item without a report has a short row.

        Args:
            outcome: The outcome of the action.
            items: The items in the order of the result.
        """
        level = self._level(outcome, items)
        head, tail = (script_json(each)[1:-1] for each in (_head(outcome, items), _tail(items, level)))
        # One block that grows in its place: a list of the rows would need the same memory once more.
        text = bytearray(f'{{{head},"items":['.encode("ascii"))
        tables: list[Table] = []
        links: list[Link] = []
        for place, item in enumerate(items):
            text += b"," if place else b""
            found = self._read(item)
            if found is None:
                text += _short(item).encode("ascii")
                continue
            sample_id, row = found[0], found[1].reduced(level)
            text += row.json_text().encode("ascii")
            tables += row.all_tables()
            links += [Link(f"VMRay sample {sample_id}", row.link)] if row.link else []
        text += f"],{tail}}}".encode("ascii")
        return Result(text.decode("ascii"), tables=tables, links=list(dict.fromkeys(links)), left_out=level.omitted)

    def _level(self, outcome: str, items: Sequence[Item]) -> Level:
        """Return the first level that fits, the last level if none fits."""
        others = [_head(outcome, items), _tail(items, LEVELS[-1])]
        rows = sum(nested_length(_short(item)) + 1 for item in items if item.name not in self._added)
        fixed = rows + sum(nested_length(script_json(each)) for each in others)
        costs = (cost + fixed for cost in self._costs)
        return first_that_fits(self._limit, zip(LEVELS, costs, strict=True))

    def _read(self, item: Item) -> tuple[int, ReportRow] | None:
        try:
            stored = self._spool.get(item.name)
        except SpoolError as error:
            self.lost[item.name] = str(error)
            return None
        return None if stored is None else (stored[0], ReportRow(*stored[1]))


def _head(outcome: str, items: Sequence[Item]) -> Mapping[str, Any]:
    return {"outcome": outcome, "complete": all(item.is_finished for item in items)}


def _tail(items: Sequence[Item], level: Level) -> Mapping[str, Any]:
    return {"left_out": level.omitted or None, "errors": [error_of(item) for item in items if item.kind]}


def _short(item: Item) -> str:
    return script_json(item.row())
