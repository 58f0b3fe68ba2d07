"""Runs the cells of a row in as few processes as the request allows, and tells which came out otherwise."""

from __future__ import annotations

import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.guarantees.matrix import requests_made as r
from tests.guarantees.matrix.faults import STALL_SECONDS
from tests.guarantees.matrix.outcomes import Outcome
from tests.guarantees.matrix.scenes import EVER, Sharing
from tests.guarantees.matrix.world import Item, World, fate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.guarantees.matrix.rows import Cell, Row

SIDE_BY_SIDE: Final = 5
# Runs that only wait leave the processors to others; only their starts and ends do not.
WAITING_SIDE_BY_SIDE: Final = 30
# Seconds. A stalled request outlasts a run; the whole action has time for a few runs of the slowest kind.
# A run keeps a tenth of its time back: that is how long the machine may stall near its end.
SHORT_RUN: Final = 30.0
WHOLE: Final = 72.0
BETWEEN_RUNS: Final = 5.0  # where one and the same fault is met until the whole time is up
assert SHORT_RUN < STALL_SECONDS


def failures_of(rows: Iterable[Row], *, slow: bool) -> list[str]:
    """Run the cells of some rows, and name those that came out otherwise than the table says.

    Args:
        rows: The rows.
        slow: Whether to run those in which a request outlasts a run, or all the others.
    """
    work = [(row, cells) for row in rows for cells in row.batches() if cells[0].fault.slow is slow]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as busy, ThreadPoolExecutor(WAITING_SIDE_BY_SIDE) as waiting:
        runs = [
            (waiting if slow or row.lasts(cells) else busy).submit(_failures, row, cells)
            for row, cells in work
        ]
        return [failure for run in runs for failure in run.result()]


def _failures(row: Row, cells: list[Cell]) -> list[str]:
    try:
        with tempfile.TemporaryDirectory() as folder, World(Path(folder), **row.settings) as world:
            return [f"{row}: {failure}" for failure in _Batch(row, cells, world).failures()]
    except Exception as error:  # noqa: BLE001 - told as a failure, with the cells that it happened to
        return [f"{row}: {cells[0]} and {len(cells) - 1} more: {type(error).__name__}: {error}"]


class _Batch:
    """One run with its cells."""

    def __init__(self, row: Row, cells: Sequence[Cell], world: World) -> None:
        self._row = row
        self._cells = list(cells)
        self._world = world
        self._scene = row.scene
        spare = 0 if self._scene.sharing is Sharing.ALONE else 1
        count = len(cells) + spare if self._scene.sharing in (Sharing.BY_ITEM, Sharing.POOLED) else 1
        self._items = self._scene.items(world, max(count, self._scene.count))
        self._keys = _learnt_keys(row, self._items) if row.request is r.EARLIER else {}
        self._waiting = list(cells)
        self._orders: list[dict[str, Any]] = []

    def failures(self) -> Iterator[str]:
        """Run, and compare each item's fate with the table."""
        scene, world = self._scene, self._world
        scene.given(world, self._items) if scene.first_round else None
        by_round = scene.sharing is Sharing.BY_ROUND
        if scene.first_round:
            self._order_all()
        run = world.run(
            self._row.action,
            self._items,
            scene.parameters,
            on_round=self._next_round if by_round else self._after_round,
            **self._limits(),
        )
        for cell, item in self._told():
            expected = self._row.expected(cell) if cell else Outcome("fine")
            kind, says = fate(run, item)
            if kind == "ended" and len(self._cells) == 1:
                expected = self._row.expected(self._cells[0])
            if kind != expected.kind or not re.search(expected.says, says):
                met = cell or "an item without a fault"
                yield f"{met}: expected {expected}, was {kind}: {says or run.message[-200:]}"
            yield from self._stored_once(cell, item, kind)
        yield from self._left_over()

    def _told(self) -> Iterator[tuple[Cell | None, Item]]:
        """Each item with its cell; None for one that meets no fault."""
        if self._scene.sharing in (Sharing.BY_ROUND, Sharing.POOLED) and len(self._cells) > 1:
            return ((self._cells[0], item) for item in self._items)
        if len(self._cells) == 1 and self._scene.sharing is not Sharing.BY_ITEM:
            return ((self._cells[0], item) for item in self._items)
        cells = [*self._cells, *[None] * (len(self._items) - len(self._cells))]
        return zip(cells, self._items, strict=True)

    def _stored_once(self, cell: Cell | None, item: Item, kind: str) -> Iterator[str]:
        if self._row.is_async and item.entity != ("FILEHASH", item.sha256):
            stored = len(self._world.submissions(item))
            known = self._row.request is r.OF_SAMPLE
            if stored > 1 or (kind == "fine" and stored != (0 if known else 1)):
                yield f"{cell}: {item.name} was stored {stored} times"

    def _limits(self) -> dict[str, Any]:
        """Time enough for what is expected, and no more."""
        slow = any(cell.fault.slow for cell in self._cells)
        limits: dict[str, Any] = {"script_timeout": SHORT_RUN if slow else 120.0}
        if self._row.is_async:
            limits["async_timeout"] = WHOLE if self._row.lasts(self._cells) else 600.0
            limits["poll_interval"] = self._pause(slow=slow)
        return limits

    def _pause(self, *, slow: bool) -> float:
        """Seconds between two runs."""
        if self._row.lasts(self._cells):
            return 0.0 if slow else BETWEEN_RUNS
        return 0.0 if self._scene.sharing is Sharing.BY_ROUND or not self._scene.first_round else 2.0

    def _order_all(self) -> None:
        for cell, item in zip(self._cells, self._items, strict=False):
            self._order(cell, item)

    def _order(self, cell: Cell, item: Item) -> None:
        request = self._row.request
        if cell.fault.gone:
            query = rf"\?[^ ]*{re.escape(request.query[-1])}=" if request.query else "[? ]"
            self._world.vanish_before(f"{request.method} {request.path}{query}")
            return
        match = self._match(item)
        order = cell.fault.ordered(request.patches, always=cell.always)
        self._world.vmray.control.inject(match=match, fault=dict(order), times=EVER if cell.always else 1)
        self._orders.append(self._world.vmray.control.pending_faults()[-1])

    def _match(self, item: Item) -> dict[str, Any]:
        if self._row.request is r.EARLIER:
            key = self._keys[item.name]
            return {"method": "GET", "path": "/rest/submission", "query": {r.EARLIER.query[0]: f"*{key}*"}}
        return self._scene.match(self._world, item)

    def _after_round(self, number: int) -> None:
        if number == 1 and not self._scene.first_round:
            self._world.vmray.control.finish_all()
            self._scene.given(self._world, self._items)
            self._order_all()

    def _next_round(self, number: int) -> None:
        """Let the next round meet the next fault, and everything finish after the last."""
        assert number < 4 * len(self._cells) + 4
        control = self._world.vmray.control
        if any(each in self._orders for each in control.pending_faults()):
            return  # after a fault, the request may be left out in one round
        control.clear_faults()
        if self._waiting:
            self._order(self._waiting.pop(0), self._items[0])
        else:
            control.finish_all()

    def _left_over(self) -> Iterator[str]:
        """A fault that nobody met proves nothing."""
        for order in self._world.vmray.control.pending_faults():
            if order in self._orders:
                yield f"{self._cells[0]} and others: nobody met {order['fault']['kind']} at {order['match']}"
        if self._world.door is not None and not self._world.door.closed.is_set():
            yield f"{self._cells[0]}: the door never closed"


def _learnt_keys(row: Row, items: Sequence[Item]) -> dict[str, str]:
    """Our keys of items, learnt from a run in a world alike: its first case has the same number."""
    with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world:
        world.run(row.action, items)
        stored = {item.name: world.submissions(item)[0] for item in items}
    return {
        name: re.sub(r"\W|google_secops_key", "", each["submission_submission_metadata"])
        for name, each in stored.items()
    }
