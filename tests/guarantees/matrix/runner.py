"""Runs the cells of a row in few processes, and reports the cells with a wrong outcome."""

from __future__ import annotations

import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.actions.patched_integration import MACHINE_TIMES, scale_time
from tests.guarantees.matrix.endpoints import endpoint_of
from tests.guarantees.matrix.fault_injector import FaultInjector
from tests.guarantees.matrix.faults import STALL_SECONDS
from tests.guarantees.matrix.observations import observe
from tests.guarantees.matrix.world import INTEGRATION, World, items_of, reported_outcome
from tests.support.outcome import FINE
from tests.support.registry import submits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.guarantees.matrix.rows import Cell, Row
    from tests.guarantees.matrix.world import Item

    from vmray_emulator.request_log import RecordedRequest

CONCURRENCY: Final = 5
# Runs that only wait need no processor time, except at their start and their end.
WAITING_CONCURRENCY: Final = 63
# In seconds. A stalled request is longer than a run. The whole action has time for a few of the slowest runs.
SHORT_RUN: Final = 15.0
WHOLE_ACTION: Final = 40.0
BETWEEN_RUNS: Final = 12.0  # if the same fault persists until the whole time is up
# The copy waits a tenth of the usual time, except for a response: a stall has to be longer than the run.
# It reserves more time for the end of a run and for the last run, because the machine can be slow there.
SCALE: Final = 0.1
KEPT: Final = MACHINE_TIMES | {"read_timeout", "submit_read_timeout"}
MARGIN: Final = 2.5
LAST_RUN: Final = 10.0
assert SHORT_RUN < STALL_SECONDS


def waits(row: Row, cells: Iterable[Cell]) -> bool:
    """Return whether a run mostly waits: for a slow request, or until the deadline of the whole action."""
    return any(cell.fault.slow for cell in cells) or row.lasts(cells)


@contextmanager
def quick_integration() -> Iterator[Path]:
    """Yield a copy of the integration that waits less."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / INTEGRATION.name
        shutil.copytree(INTEGRATION, copy)
        scale_time(copy, SCALE, KEPT, min_margin=MARGIN, max_last_run=LAST_RUN)
        yield copy


def unknown_requests(row: Row, requests: Iterable[RecordedRequest]) -> set[str]:
    """Return the requests that no example of the action makes: they have no expected outcome."""
    return {endpoint_of(each) for each in requests} - row.known


def failures_of(work: Iterable[tuple[Row, list[Cell]]], *, concurrency: int = CONCURRENCY) -> list[str]:
    """Run some batches, and name the cells with a wrong outcome."""
    with quick_integration() as copy, ThreadPoolExecutor(concurrency) as pool:
        runs = [pool.submit(_failures, row, cells, copy) for row, cells in work]
        return [failure for run in runs for failure in run.result()]


def _failures(row: Row, cells: list[Cell], integration: Path) -> list[str]:
    try:
        try:
            return _batch_failures(row, cells, integration)
        except SystemError:
            # Python before 3.11.5 can fail when several threads parse at once ("AST constructor recursion
            # depth mismatch"), for example while servers start (inferred)
            return _batch_failures(row, cells, integration)
    except Exception as error:  # noqa: BLE001 - reported as a failure, with its cells
        return [f"{row}: {cells[0]} and {len(cells) - 1} more: {type(error).__name__}: {error}"]


def _batch_failures(row: Row, cells: list[Cell], integration: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), integration) as world:
        return [f"{row}: {failure}" for failure in _Batch(row, cells, world).failures()]


class _Batch:
    """One run with its cells."""

    def __init__(self, row: Row, cells: list[Cell], world: World) -> None:
        self._row = row
        self._cells = cells
        self._world = world
        self._example = row.observation.example
        self._keys = row.observation.keys
        is_final = cells[0].fault.is_final  # which requests of another item come before it, is not determined
        self._alone = row.several is None or (
            len(cells) == 1 and (is_final or row.expected(cells[0]).kind == "ended")
        )
        if row.several is not None:
            self._example = row.several(1 if is_final else len(cells) + 1)
            if row.endpoint.endswith("_metadata"):  # the same items have the same keys in a world alike
                self._keys = observe(row.action, self._example, world.folder).keys
        self._items = items_of(self._example, world.folder)

    def failures(self) -> Iterator[str]:
        """Run, and compare the reported outcome of each item with the expected one."""
        world, row = self._world, self._row
        parameters = world.prepare(self._example)
        waiting = self._pending_faults()  # those of the example itself
        injector = FaultInjector(row.endpoint, self._cells, world.vmray, shared=row.is_shared)
        if self._cells[0].fault.gone:
            world.close_before(injector.request_line)
        run = world.run(row.action.name, self._items, parameters, **self._limits())
        for cell, item in self._cells_of_items(injector):
            expected = row.expected(cell) if cell else FINE
            kind, reason = reported_outcome(
                run, item, self._example.result, names_subjects=self._example.names_subjects
            )
            if kind != expected.kind or not re.search(expected.says, reason):
                got = self._named(cell)
                yield f"{got}: expected {expected}, was {kind}: {reason or run.message[-200:]}"
            yield from self._stored_once(cell, item, kind)
        yield from self._unused_faults(injector, waiting)
        for endpoint in sorted(unknown_requests(row, world.vmray.control.requests())):
            yield f"{self._cells[0]}: no example of the action makes {endpoint}"

    def _named(self, cell: Cell | None) -> str:
        """Return the faults that an item got."""
        if self._alone:
            return "; ".join(map(str, self._cells))
        return str(cell or "an item without a fault")

    def _cells_of_items(self, injector: FaultInjector) -> Iterator[tuple[Cell | None, Item]]:
        """Yield each item with its cell; None for an item without a fault."""
        if self._alone:
            yield from ((self._cells[0], item) for item in self._items)
            return
        owners = self._world.owners(injector.injected, self._items, self._keys)
        got = {owners[identity]: cell for identity, cell in injector.injected.items()}
        yield from ((got.get(item.name), item) for item in self._items)

    def _stored_once(self, cell: Cell | None, item: Item, kind: str) -> Iterator[str]:
        if submits(self._row.action):
            stored = len(self._world.submissions(item))
            if stored > 1 or (kind == "fine" and stored != self._row.observation.stored):
                yield f"{cell}: {item.name} was stored {stored} times"
        if self._row.is_billing_action:
            paid = self._world.paid(item)
            if paid > 1 or (self._row.bills and kind == "fine" and paid != 1):
                yield f"{cell}: {item.name} was paid for {paid} times"

    def _limits(self) -> dict[str, Any]:
        """Return time limits that are just long enough for the expected outcome."""
        slow = any(cell.fault.slow for cell in self._cells)
        limits: dict[str, Any] = {"script_timeout": SHORT_RUN if slow else 120.0}
        if self._row.is_async:
            lasts = self._row.lasts(self._cells)
            limits["async_timeout"] = WHOLE_ACTION if lasts else 600.0
            limits["poll_interval"] = BETWEEN_RUNS if lasts and not slow else 0.0
        return limits

    def _pending_faults(self) -> int:
        return len(self._world.vmray.control.pending_faults())

    def _unused_faults(self, injector: FaultInjector, waiting: int) -> Iterator[str]:
        """Yield the faults that no request got; `waiting` is the number of the faults of the example."""
        if self._cells[0].fault.gone:
            if self._world.proxy is None or not self._world.proxy.closed.is_set():
                yield f"{self._cells[0]}: the server never closed"
        elif injector.waiting:
            yield f"no request got: {', '.join(map(str, injector.waiting))}"
        elif self._alone and len(self._cells) > 1 and self._pending_faults() > waiting:
            yield f"no attempt got one of: {', '.join(map(str, self._cells))}"
