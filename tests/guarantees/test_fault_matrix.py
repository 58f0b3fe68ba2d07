"""Every class of faults of every request of every action has its outcome, as real processes.

The requests are observed (`matrix/rows.py`). The outcomes follow from rules (`matrix/policy.py`) and from the
exceptions in the actions' own test files. The classes follow from what the client makes of each fault
(`matrix/faults.py`, proved by `test_classification.py`). `make test-full` runs all faults of every class.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from typing import TypeAlias

import pytest
from tests.guarantees.matrix.faults import FAULTS, representatives
from tests.guarantees.matrix.policy import kind_of
from tests.guarantees.matrix.rows import Cell, Row
from tests.guarantees.matrix.rows import rows as observed_rows
from tests.guarantees.matrix.runner import WAITING_SIDE_BY_SIDE, failures_of, unknown_requests, waits
from tests.support.outcome import FATAL, FINE, named
from tests.support.registry import ACTIONS

from vmray_emulator.request_log import RecordedRequest

GROUPS = 3


Rows: TypeAlias = tuple[Row, ...]


@pytest.fixture
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The rows; the parallel processes of a test run observe them together."""
    base = tmp_path_factory.getbasetemp()
    return observed_rows(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)


def work(rows: Rows, *, waiting: bool, full: bool = False) -> list[tuple[Row, list[Cell]]]:
    """The batches that wait, or all the others."""
    return [(row, cells) for row in rows for cells in row.batches(full=full) if waits(row, cells) is waiting]


@pytest.mark.parametrize("group", range(GROUPS))
def test_each_class_of_faults_has_its_outcome(rows: Rows, group: int) -> None:
    """A transient fault has no effect, a persistent one names its item, a fatal one ends the action."""
    assert failures_of(work(rows, waiting=False)[group::GROUPS]) == []


def test_a_fault_that_lasts_has_its_outcome(rows: Rows) -> None:
    """The run ends in time; what another run can repeat is repeated, what it cannot is named."""
    assert failures_of(work(rows, waiting=True), side_by_side=WAITING_SIDE_BY_SIDE) == []


def test_every_action_has_rows_and_every_request_meets_every_class(rows: Rows) -> None:
    """No action is left out, and no request. What two actions share is proved in full for one of them."""
    assert {row.action.name for row in rows} == {action.name for action in ACTIONS}
    in_full: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for row in rows:
        faults = {cell.fault.name for cells in row.batches() for cell in cells}
        in_full[row.endpoint, row.is_async] |= faults
        kinds = {kind_of(FAULTS[name], row.endpoint) for name in faults}
        assert FATAL in kinds, row
        assert len(kinds) > 1, row
        assert faults <= set(FAULTS)
    for (endpoint, is_async), faults in in_full.items():
        changes = is_async and endpoint.startswith("POST ")
        assert faults == {fault.name for fault in representatives(changes=changes)}, endpoint


def test_another_outcome_than_expected_is_noticed(rows: Rows) -> None:
    """Each of the comparisons can fail: an outcome, a reason, and an item that should have none."""
    row = next(row for row in rows if not row.is_async and row.is_shared)
    cells = [Cell(FAULTS["404"], persistent=False)]
    for wrong in (FINE, named("another reason")):
        assert failures_of([(replace(row, exceptions={"404": wrong}), cells)]) != []
    assert failures_of([(row, cells)]) == []


def test_a_request_that_no_example_makes_is_noticed(rows: Rows) -> None:
    """An action that begins to make another request has to say first what happens when that fails."""
    for row in rows:
        assert unknown_requests(row, [RecordedRequest("GET", "/rest/net_scheme")]) == {"GET /net_scheme"}


def test_the_matrix_is_not_small(rows: Rows) -> None:
    """Thirty requests and more, under each class of faults, transient and persistent."""
    assert len(rows) >= 30
    assert sum(len(cells) for row in rows for cells in row.batches()) > 700


@pytest.mark.full
@pytest.mark.parametrize("waiting", [False, True], ids=["others", "lasting"])
def test_every_fault_has_its_outcome(rows: Rows, waiting: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """The same for all faults, not one of each class only."""
    side_by_side = WAITING_SIDE_BY_SIDE if waiting else 5
    assert failures_of(work(rows, waiting=waiting, full=True), side_by_side=side_by_side) == []
