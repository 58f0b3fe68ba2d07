"""The rows of the matrix: each request that an action was observed to make. Which cells share a run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from tests.guarantees.matrix.endpoints import endpoint_of
from tests.guarantees.matrix.faults import FAULTS, Fault, representatives
from tests.guarantees.matrix.observations import observations_of
from tests.guarantees.matrix.policy import UNRESOLVED, expected, kind_of
from tests.support.outcome import FATAL, FINE, RETRIED
from tests.support.registry import ACTIONS, outcomes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.guarantees.matrix.observations import Observation
    from tests.support.example import Example
    from tests.support.outcome import Outcome, Pair

    from secops_lab.manifest import ActionSpec

SIDE_BY_SIDE: Final = 5
SUBMIT: Final = "POST /sample/submit"
# Requests that use quota and that VMRay does not recognise when they come twice.
BILLED: Final = frozenset({"POST /sample/{id}/unlock_reports", "POST /analysis/{id}/reanalyze"})
CHANGING: Final = frozenset({SUBMIT, *BILLED})
# How many transient faults the attempts of one request can have: the client makes four attempts.
IN_A_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault, transient or persistent."""

    fault: Fault
    persistent: bool

    def __str__(self) -> str:
        return f"{self.fault.name}, {'persistent' if self.persistent else 'transient'}"


@dataclass(frozen=True, slots=True)
class Row:
    """One request of one action.

    Attributes:
        action: The action.
        endpoint: See `endpoints.endpoint_of`.
        observation: The run in which the request was observed.
        several: The example with so many items, where each of them makes such a request of its own: then
            faults can share a run. None where each fault needs a run; but transient faults can meet the
            attempts of the one request, one after the other.
        is_proved_elsewhere: Whether an earlier row has the same proof, and is tested with every class.
        number: The place among the rows: it chooses the fatal fault of a row that reads and shares its runs.
        exceptions: Outcomes that differ from the rules.
        known: All requests that the action was observed to make.
    """

    action: ActionSpec
    endpoint: str
    observation: Observation
    several: Callable[[int], Example] | None
    is_proved_elsewhere: bool
    number: int
    exceptions: Mapping[str, Outcome | Pair]
    known: frozenset[str]

    def __str__(self) -> str:
        return f"{self.action.name}, {self.endpoint} ({self.observation.example.situation})"

    @property
    def is_shared(self) -> bool:
        """Whether several faults can share a run."""
        return self.several is not None

    @property
    def is_async(self) -> bool:
        """Whether the platform calls the action again."""
        return self.action.is_async

    @property
    def fatal(self) -> str:
        """The name of the fatal fault that this row is tested with: the rows together are tested with all.

        A fatal cause ends the action at whichever request it appears, and each of them needs a run.
        """
        names = [fault.name for fault in representatives(changes=False) if self._is_fatal(fault)]
        return names[self.number % len(names)]

    def _is_fatal(self, fault: Fault) -> bool:
        return kind_of(fault, self.endpoint) == FATAL

    @property
    def proof(self) -> tuple[str, bool]:
        """Which rows prove the same: one of them is tested with every class, the others with every outcome.

        The client reads in the same way for all actions. Submits differ where another run follows. A row in
        which each fault needs a run stands for all such rows that read, or that write.
        """
        method, _, _ = self.endpoint.partition(" ")
        is_alone = not self.is_shared and not self.changes
        proved = f"{'reads' if method == 'GET' else 'writes'}, each fault in a run of its own"
        return (proved if is_alone else self.endpoint), self.is_async and (self.submits or is_alone)

    @property
    def submits(self) -> bool:
        """Whether a repeated request would create a second submission."""
        return self.endpoint == SUBMIT

    @property
    def bills(self) -> bool:
        """Whether a repeated request would use quota twice."""
        return self.endpoint in BILLED

    @property
    def is_billing_action(self) -> bool:
        """Whether the action makes such a request."""
        return bool(self.known & BILLED)

    @property
    def changes(self) -> bool:
        """Whether the request must not be repeated unless VMRay certainly did not execute it."""
        return self.endpoint in CHANGING

    @property
    def has_single_subject(self) -> bool:
        """Whether what fails for the only subject fails for the action."""
        example = self.observation.example
        subjects = len(example.entities or example.files or example.ids)
        return subjects == 0 or (example.has_outcome_word and subjects == 1)

    def expected(self, cell: Cell) -> Outcome:
        """Return the expected outcome of a cell."""
        return expected(self, cell.fault)[cell.persistent]

    def lasts(self, cells: Iterable[Cell]) -> bool:
        """Whether a run with these cells may go on until the time for the whole action is up."""
        return self.is_async and any(self._lasts(cell) for cell in cells)

    def _lasts(self, cell: Cell) -> bool:
        if self.submits:
            return self.expected(cell).says == UNRESOLVED or cell.fault.slow
        return cell.persistent and self.expected(cell).kind != "ended"

    def cells(self, *, full: bool) -> Iterator[Cell]:
        """All faults, or one of each class; transient and persistent.

        That a transient fault has no effect follows from the client: one action proves it for a request.
        Where faults share runs, the persistent fault stands for a transient one that names its item, too.
        """
        for fault in FAULTS.values() if full else self._representatives():
            transient, persistent = Cell(fault, persistent=False), Cell(fault, persistent=True)
            is_decided = self._is_decided_by(transient)
            is_without_news = self.expected(transient) == FINE or (self.is_shared and not is_decided)
            is_proved = self.is_proved_elsewhere and not full and is_without_news
            if not is_proved or self.changes:
                yield transient
            if not is_decided:
                yield persistent

    def _is_decided_by(self, cell: Cell) -> bool:
        """Return whether the outcome of a transient fault proves the outcome of the persistent fault, too.

        That is so if there is no second request for the persistent fault: the first one ends the action, or
        its item; or the action sends the request once, and the outcome shows that the client did not retry.
        """
        after = self.expected(Cell(cell.fault, persistent=True))
        if self.expected(cell).kind == "ended" == after.kind:
            return True
        if cell.fault.slow and self.is_shared and self.expected(cell) == after != FINE:
            return True
        sent = [each for each in self.observation.seen if endpoint_of(each) == self.endpoint]
        is_only_one = len(sent) == 1 and not self.is_shared and not self.is_async
        return is_only_one and not cell.fault.is_final and self.expected(cell) == after != FINE

    def _representatives(self) -> Iterator[Fault]:
        """One fault of each class; where another row proves all, one of each outcome, or of its kind.

        A slow fault needs a run of its own. Where another action proves it, a quick fault with the same kinds
        of outcomes stands for it.
        """
        seen = set()
        kinds = set()
        for fault in sorted(representatives(changes=self.changes), key=lambda fault: fault.slow):
            persistent = self.expected(Cell(fault, persistent=True))
            ends = persistent.kind == "ended"
            transient = self.expected(Cell(fault, persistent=False))
            is_other = self._is_fatal(fault) and fault.name != self.fatal
            if is_other and self.is_shared and not self.changes:
                continue
            ended_as = persistent.kind if self.is_shared else ends or persistent
            outcome = (self._is_fatal(fault), transient.kind, ended_as)
            if self.is_proved_elsewhere and fault.slow and (transient.kind, persistent.kind) in kinds:
                continue
            kinds.add((transient.kind, persistent.kind))
            if self.is_proved_elsewhere and outcome in seen:
                continue
            seen.add(outcome)
            yield fault

    def batches(self, *, full: bool = False) -> Iterator[list[Cell]]:
        """Which cells share a run."""
        shared: dict[tuple[bool, bool], list[Cell]] = {}
        in_a_row: list[Cell] = []
        for cell in self.cells(full=full):
            if self._is_overcome(cell):
                in_a_row.append(cell)
            elif self.expected(cell).kind == "ended" or cell.fault.is_final or not self.is_shared:
                yield [cell]
            else:
                shared.setdefault((cell.persistent, cell.fault.slow), []).append(cell)
        others = self.observation.example.most - 1  # besides the item without a fault
        for cells in shared.values():
            yield from (cells[start : start + others] for start in range(0, len(cells), others))
        yield from _in_a_row(in_a_row)

    def _is_overcome(self, cell: Cell) -> bool:
        """Return whether the client retries after the fault: other faults can meet its next attempts."""
        only_request = not self.is_shared and not self.changes
        kind = kind_of(cell.fault, self.endpoint)
        transient = not cell.persistent and not cell.fault.slow and not cell.fault.is_final
        return only_request and transient and kind == RETRIED and self.expected(cell) == FINE


def _in_a_row(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Which transient faults meet the attempts of one request; one that VMRay executes comes last."""
    executed = [cell for cell in cells if cell.fault.executed]
    others = [cell for cell in cells if not cell.fault.executed]
    while executed or others:
        last = [executed.pop()] if executed else []
        first = IN_A_ROW - len(last)
        yield others[:first] + last
        del others[:first]


@cache
def rows(folder: Path) -> tuple[Row, ...]:
    """The rows: every request that any example of any action was observed to make.

    Args:
        folder: See `observations.observations_of`.
    """
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        observed = pool.map(lambda action: observations_of(action, folder), ACTIONS)
        found = [
            row for action, each in zip(ACTIONS, observed, strict=True) for row in _rows_of(action, each)
        ]
    proved: set[tuple[str, bool]] = set()
    marked = []
    for number, row in enumerate(found):
        marked.append(replace(row, is_proved_elsewhere=row.proof in proved, number=number))
        proved.add(row.proof)
    return tuple(marked)


def _rows_of(action: ActionSpec, observations: Sequence[Observation]) -> list[Row]:
    """The rows of one action: each request in the first example in which each item makes it, else in any."""
    found: dict[str, Row] = {}
    exceptions = outcomes_of(action)
    made = frozenset(endpoint for each in observations for endpoint in each.identities())
    for observation in observations:
        for endpoint, identities in observation.identities().items() if observation.is_fine else ():
            shared = observation.several is not None and len(identities) > 1
            if endpoint not in found or (shared and not found[endpoint].is_shared):
                found[endpoint] = Row(
                    action=action,
                    endpoint=endpoint,
                    observation=observation,
                    several=observation.several if shared else None,
                    is_proved_elsewhere=False,
                    number=0,
                    exceptions=exceptions.get(endpoint, {}),
                    known=made,
                )
    unproved, unused = made - set(found), set(exceptions) - set(found)
    assert not unproved, f"{action.name}: no example with a result makes {sorted(unproved)}"
    assert not unused, f"{action.name}: outcomes of requests that no example makes: {sorted(unused)}"
    return list(found.values())
