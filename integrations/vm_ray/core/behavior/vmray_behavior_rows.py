"""The rows of one section of a behavior: the worst verdict first, at most so many, and what was cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from ...core.api.vmray_verdicts import Verdict

# Windows accepts no longer command line.
MAX_TEXT: Final = 32_767
MAX_LIST: Final = 100
# The largest number that other programs read exactly.
MAX_NUMBER: Final = 2**53

Row = dict[str, Any]


class Ranked(NamedTuple):
    """One row, and the verdict that its place depends on."""

    verdict: Verdict
    row: Row


class Section(NamedTuple):
    """The rows of one section.

    Attributes:
        rows: The rows of the result.
        cut: What the rows do not contain, in words; empty if they are complete.
    """

    rows: Sequence[Row] = ()
    cut: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, found: Iterable[Ranked], limit: int) -> Section:
        """Return at most so many different rows, the worst verdict first, else in VMRay's order."""
        different = list({_key(each.row): each for each in found}.values())
        different.sort(key=lambda each: each.verdict.rank)
        return cls.fitted(name, [each.row for each in different[:limit]], len(different))

    @classmethod
    def fitted(cls, name: str, rows: Sequence[Row], total: int) -> Section:
        """Return the section of chosen rows, with long texts and long lists cut.

        Args:
            name: The name in the notes about what was cut.
            rows: The chosen rows.
            total: The number of all rows.
        """
        cuts = _Cuts()
        fitting = [cuts.fitted(row) for row in rows]
        notes = [
            *([f"{name}: {len(rows)} of {total} rows"] if len(rows) < total else []),
            *([f"{name}: {cuts.texts} texts cut at {MAX_TEXT} characters"] if cuts.texts else []),
            *([f"{name}: {cuts.lists} lists cut at {MAX_LIST} values"] if cuts.lists else []),
        ]
        return cls(fitting, tuple(notes))


class _Cuts:
    """Cuts long texts and lists, and counts them."""

    def __init__(self) -> None:
        self.texts = 0
        self.lists = 0

    def fitted(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value of a row
        if isinstance(value, str) and len(value) > MAX_TEXT:
            self.texts += 1
            return value[:MAX_TEXT]
        if isinstance(value, list):
            self.lists += len(value) > MAX_LIST
            return [self.fitted(each) for each in value[:MAX_LIST]]
        if isinstance(value, dict):
            return {name: self.fitted(each) for name, each in value.items()}
        return value


def whole_number(value: Any) -> int | None:  # noqa: ANN401 - any JSON value
    """Return a number of a process, a port or a status; None for another value."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER
    return int(value) if is_number else None


def _key(row: Row) -> str:
    return repr(row)
