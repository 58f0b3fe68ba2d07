"""The rows of the matrix: each request that an action was observed to make. Which cells share a run."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.guarantees.matrix.endpoints import endpoint_of, identity_of
from tests.guarantees.matrix.faults import FAULTS, Fault, representatives
from tests.guarantees.matrix.policy import UNRESOLVED, expected
from tests.guarantees.matrix.world import World, items_of, reported_outcome
from tests.support.registry import ACTIONS, outcomes_of, situations_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tests.support.example import Example
    from tests.support.outcome import Outcome, Pair

    from secops_lab.manifest import ActionSpec
    from vmray_emulator.request_log import RecordedRequest

SIDE_BY_SIDE: Final = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault, transient or persistent."""

    fault: Fault
    persistent: bool

    def __str__(self) -> str:
        return f"{self.fault.name}, {'persistent' if self.persistent else 'transient'}"


@dataclass(frozen=True, slots=True)
class Observation:
    """A run of an example without a fault.

    Attributes:
        example: The example.
        seen: Its requests.
        stored: How many submissions VMRay stored for each item.
        keys: The items' names by the keys of their submissions.
        is_fine: Whether each item has a result: only then a fault makes a difference that can be told.
    """

    example: Example
    seen: Sequence[RecordedRequest]
    stored: int
    keys: Mapping[str, str]
    is_fine: bool

    def identities(self) -> Mapping[str, set[object]]:
        """The different requests by endpoint."""
        found: dict[str, set[object]] = defaultdict(set)
        for each in self.seen:
            found[endpoint_of(each)].add(identity_of(each))
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """One request of one action.

    Attributes:
        action: The action.
        endpoint: See `endpoints.endpoint_of`.
        observation: The run in which the request was observed.
        several: The example with so many items, where each of them makes such a request of its own: then
            faults can share a run. None where each fault needs a run.
        is_proved_elsewhere: Whether an earlier action of the same kind makes this request, too.
        exceptions: Outcomes that differ from the rules.
    """

    action: ActionSpec
    endpoint: str
    observation: Observation
    several: Callable[[int], Example] | None
    is_proved_elsewhere: bool
    exceptions: Mapping[str, Outcome | Pair]

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
    def submits(self) -> bool:
        """Whether the request must not be made twice."""
        return self.is_async and self.endpoint.startswith("POST ")

    @property
    def has_single_subject(self) -> bool:
        """Whether what fails for the only subject fails for the action."""
        example = self.observation.example
        subjects = len(example.entities or example.files)
        return subjects == 0 or (example.has_outcome_word and subjects == 1)

    def expected(self, cell: Cell) -> Outcome:
        """What an analyst is told."""
        return expected(self, cell.fault)[cell.persistent]

    def lasts(self, cells: Iterable[Cell]) -> bool:
        """Whether a run with these cells may go on until the time for the whole action is up."""
        return self.is_async and any(self._lasts(cell) for cell in cells)

    def _lasts(self, cell: Cell) -> bool:
        if self.submits:
            return self.expected(cell).says == UNRESOLVED or cell.fault.slow
        return cell.persistent and self.expected(cell).kind != "ended"

    def cells(self, *, full: bool) -> Iterator[Cell]:
        """All faults, or one of each class; transient and persistent."""
        for fault in FAULTS.values() if full else self._representatives():
            transient, persistent = Cell(fault, persistent=False), Cell(fault, persistent=True)
            yield transient
            if self.expected(persistent).kind == "ended" == self.expected(transient).kind:
                continue  # the first one ends the action: there is no second
            yield persistent

    def _representatives(self) -> Iterator[Fault]:
        """One fault of each class; of each outcome, where another action proves all and each needs a run."""
        seen = set()
        for fault in representatives(changes=self.submits):
            outcome = (
                self.expected(Cell(fault, persistent=False)).kind,
                self.expected(Cell(fault, persistent=True)),
            )
            if not self.is_shared and self.is_proved_elsewhere and outcome in seen:
                continue
            seen.add(outcome)
            yield fault

    def batches(self, *, full: bool = False) -> Iterator[list[Cell]]:
        """Which cells share a run."""
        shared: dict[tuple[bool, bool], list[Cell]] = {}
        for cell in self.cells(full=full):
            if self.expected(cell).kind == "ended" or cell.fault.gone or not self.is_shared:
                yield [cell]
            else:
                shared.setdefault((cell.persistent, cell.fault.slow), []).append(cell)
        yield from shared.values()


@cache
def rows() -> tuple[Row, ...]:
    """The rows: every request that any example of any action was observed to make."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        found = [row for rows_of in pool.map(_rows_of, ACTIONS) for row in rows_of]
    proved: set[tuple[str, bool]] = set()
    marked = []
    for row in found:
        key = (row.endpoint, row.is_async)
        marked.append(replace(row, is_proved_elsewhere=key in proved))
        proved.add(key)
    return tuple(marked)


def observe(action: ActionSpec, example: Example, folder: Path) -> Observation:
    """Run an example without a fault."""
    with World(folder) as world:
        parameters = world.prepare(example)
        items = items_of(example, folder)
        run = world.run(action.name, items, parameters)
        assert run.state.value == "completed", f"{action.name}, {example.situation}: {run.message}"
        submissions = [world.submissions(item) for item in items]
        keys = {
            re.sub(r"\W|google_secops_key", "", each["submission_submission_metadata"]): item.name
            for item, found in zip(items, submissions, strict=True)
            for each in found
        }
        fine = all(reported_outcome(run, item, example.result)[0] == "fine" for item in items)
        return Observation(example, world.vmray.control.requests(), max(map(len, submissions)), keys, fine)


def _rows_of(action: ActionSpec) -> list[Row]:
    """The rows of one action: each request in the first example in which each item makes it, else in any."""
    found: dict[str, Row] = {}
    made: set[str] = set()
    exceptions = outcomes_of(action)
    for example in situations_of(action):
        for each in (example, *([example.several(2)] if example.several else [])):
            with tempfile.TemporaryDirectory() as folder:
                observation = observe(action, each, Path(folder))
            made |= set(observation.identities())
            for endpoint, identities in observation.identities().items() if observation.is_fine else ():
                shared = each is not example and len(identities) > 1
                if endpoint not in found or (shared and not found[endpoint].is_shared):
                    found[endpoint] = Row(
                        action=action,
                        endpoint=endpoint,
                        observation=observation,
                        several=example.several if shared else None,
                        is_proved_elsewhere=False,
                        exceptions=exceptions.get(endpoint, {}),
                    )
    unproved, unused = made - set(found), set(exceptions) - set(found)
    assert not unproved, f"{action.name}: no example with a result makes {sorted(unproved)}"
    assert not unused, f"{action.name}: outcomes of requests that no example makes: {sorted(unused)}"
    return list(found.values())
