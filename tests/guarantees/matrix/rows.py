"""The cells of the matrix, row by row, and which of them can share a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.guarantees.matrix import requests_made as r
from tests.guarantees.matrix.faults import FAULTS, Fault
from tests.guarantees.matrix.outcomes import UNRESOLVED, Outcome
from tests.guarantees.matrix.scenes import SCENES, Scene, Sharing
from tests.guarantees.matrix.table import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Where each persistent fault needs a run of its own, these stand for the others: one of each kind that the
# client tells apart (throttled, failed, unreadable in either layer, refused, unknown).
REPRESENTATIVES: Final = frozenset(
    ("429, Retry-After in seconds", "500", "HTML with 200", "data: null", "result: error", "404")
)
ROUNDS_A_RUN: Final = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault, once or for ever."""

    fault: Fault
    always: bool

    def __str__(self) -> str:
        return f"{self.fault.name}, {'for ever' if self.always else 'once'}"


@dataclass(frozen=True, slots=True)
class Row:
    """One request of one action."""

    action: str
    request: r.Request

    def __str__(self) -> str:
        return f"{self.action}, {self.request.name}"

    @property
    def scene(self) -> Scene:
        """Its situation."""
        return SCENES[self.action, self.request]

    @property
    def is_async(self) -> bool:
        """Whether the platform calls the action again."""
        return self.action in ("Scan URL", "Upload File And Get Report")

    def expected(self, cell: Cell) -> Outcome:
        """What the table says."""
        return TABLE[self.action, self.request][cell.fault.name][cell.always]

    def lasts(self, cells: Iterable[Cell]) -> bool:
        """Whether a run with these cells may go on until the time for the whole action is up."""
        return (
            self.is_async
            and self.scene.sharing is not Sharing.BY_ROUND
            and any(self._lasts(cell) for cell in cells)
        )

    def _lasts(self, cell: Cell) -> bool:
        expected = self.expected(cell)
        if self.request is r.SUBMIT:
            return expected.says == UNRESOLVED
        return cell.always and expected.kind != "ended"

    def batches(self) -> Iterator[list[Cell]]:
        """Which cells share a run."""
        shared: dict[tuple[bool, bool, bool], list[Cell]] = {}
        for cell in self._cells():
            if (
                self.expected(cell).kind == "ended"
                or cell.fault.gone
                or self.scene.sharing is Sharing.ALONE
                or (self.scene.sharing is Sharing.POOLED and cell.always)
            ):
                yield [cell]
            else:
                # a server that throttles for ever slows all the others of the run down
                throttles = cell.always and cell.fault.name.startswith("429")
                shared.setdefault((cell.always, cell.fault.slow, throttles), []).append(cell)
        for cells in shared.values():
            size = ROUNDS_A_RUN if self.scene.sharing is Sharing.BY_ROUND else len(cells)
            yield from (cells[start : start + size] for start in range(0, len(cells), size))

    def _cells(self) -> Iterator[Cell]:
        for fault in FAULTS.values():
            once, always = Cell(fault, always=False), Cell(fault, always=True)
            yield once
            if self.expected(always).kind == "ended" and self.expected(once) == self.expected(always):
                continue  # the first one ends the action: there is no second
            if fault.like:
                assert self.expected(always).kind == self.expected(Cell(FAULTS[fault.like], always=True)).kind
            elif not self.scene.thin or fault.name in REPRESENTATIVES or fault.slow:
                yield always

    @property
    def settings(self) -> dict[str, Any]:
        """Of the emulator."""
        return {"lifecycle": "immediate" if self.scene.first_round else "manual", **self.scene.settings}
