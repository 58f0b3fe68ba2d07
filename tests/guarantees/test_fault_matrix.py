"""Every request of every action has the expected outcome under each class of faults, in real processes.

The requests are observed (`matrix/rows.py`). The outcomes follow from rules (`matrix/policy.py`) and from the
exceptions in the actions' own test files. The classes follow from the client's classification of each fault
(`matrix/faults.py`, proved by `test_classification.py`). `make test-full` runs all faults of every class.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from typing import Final, TypeAlias

import pytest
from tests.guarantees.matrix.faults import FAULTS, representatives
from tests.guarantees.matrix.policy import kind_of
from tests.guarantees.matrix.rows import CHANGING, Cell, Row
from tests.guarantees.matrix.rows import rows as observed_rows
from tests.guarantees.matrix.runner import WAITING_CONCURRENCY, failures_of, unknown_requests, waits
from tests.support.outcome import FATAL, FINE, named
from tests.support.registry import ACTIONS

from vmray_emulator.request_log import RecordedRequest

GROUPS = 3

# The classes of faults that end an action, whichever request they affect first.
FATAL_FAULTS: Final = {
    each.name for each in representatives(changes=False) if each.error is not None and each.error.is_fatal
}

Rows: TypeAlias = tuple[Row, ...]


@pytest.fixture
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Return the rows; the parallel processes of a test run observe them together."""
    base = tmp_path_factory.getbasetemp()
    return observed_rows(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)


def work(rows: Rows, *, waiting: bool, full: bool = False) -> list[tuple[Row, list[Cell]]]:
    """Return the batches that wait, or all the others."""
    return [(row, cells) for row in rows for cells in row.batches(full=full) if waits(row, cells) is waiting]


@pytest.mark.parametrize("group", range(GROUPS))
def test_each_class_of_faults_has_its_outcome(rows: Rows, group: int) -> None:
    """A transient fault has no effect, a persistent one names its item, a fatal one fails the action."""
    assert failures_of(work(rows, waiting=False)[group::GROUPS]) == []


def test_each_class_of_slow_faults_has_its_outcome(rows: Rows) -> None:
    """Given a slow fault, then the run ends in time; a repeatable request has no effect, others are named."""
    assert failures_of(work(rows, waiting=True), concurrency=WAITING_CONCURRENCY) == []


def test_every_request_of_every_action_is_tested_with_every_class(rows: Rows) -> None:
    """No action and no request is missing. Rows with the same proof are tested in full for one of them.

    Fatal faults are the exception, except for submits: each row has one, all rows together have all.
    """
    assert {row.action.name for row in rows} == {action.name for action in ACTIONS}
    in_full: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for row in rows:
        faults = {cell.fault.name for cells in row.batches() for cell in cells}
        in_full[row.proof] |= faults
        kinds = {kind_of(FAULTS[name], row.endpoint) for name in faults}
        assert FATAL in kinds, row
        assert len(kinds) > 1, row
        assert faults <= set(FAULTS)
    for (endpoint, _), faults in in_full.items():
        fatal = FATAL_FAULTS if endpoint not in CHANGING else set()
        expected = {fault.name for fault in representatives(changes=endpoint in CHANGING)}
        assert faults - fatal == expected - fatal, endpoint
    for fault in FATAL_FAULTS:
        assert sum(fault in faults for faults in in_full.values()) > 3, fault


def test_a_wrong_outcome_is_reported(rows: Rows) -> None:
    """Each comparison can fail: a wrong kind, a wrong reason, and an outcome where none is expected."""
    row = next(row for row in rows if not row.is_async and row.is_shared)
    cells = [Cell(FAULTS["404"], persistent=False)]
    for wrong in (FINE, named("another reason")):
        assert failures_of([(replace(row, exceptions={"404": wrong}), cells)]) != []
    assert failures_of([(row, cells)]) == []


def test_a_request_that_no_example_makes_is_reported(rows: Rows) -> None:
    """Given a new request of an action, then the matrix fails until an example makes this request."""
    for row in rows:
        assert unknown_requests(row, [RecordedRequest("GET", "/rest/prescript")]) == {"GET /prescript"}


def test_the_size_of_the_matrix(rows: Rows) -> None:
    """There are 30 or more requests, each under each class of faults, transient and persistent."""
    assert len(rows) >= 30
    assert sum(len(cells) for row in rows for cells in row.batches()) > 600


@pytest.mark.full
@pytest.mark.parametrize("waiting", [False, True], ids=["others", "lasting"])
def test_every_fault_has_its_outcome(rows: Rows, waiting: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Given all faults, not only one of each class, then each has its outcome."""
    concurrency = WAITING_CONCURRENCY if waiting else 5
    assert failures_of(work(rows, waiting=waiting, full=True), concurrency=concurrency) == []
