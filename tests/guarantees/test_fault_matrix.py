"""Every fault of every request of every action has one outcome.

The table is `matrix/table.py`; its rows are made of `matrix/outcomes.py`, its faults stand in
`matrix/faults.py`, its requests in `matrix/requests_made.py`. A request or a fault without an outcome fails
the collection of this module, and a request that an action makes and that is in no row fails the run that
made it (`matrix/world.py`).
"""

from __future__ import annotations

import pytest
from tests.guarantees.matrix.faults import FAULTS
from tests.guarantees.matrix.outcomes import READ
from tests.guarantees.matrix.requests_made import ACCESS, request_of
from tests.guarantees.matrix.rows import Row
from tests.guarantees.matrix.runner import failures_of
from tests.guarantees.matrix.scenes import SCENES
from tests.guarantees.matrix.table import TABLE, check_complete

from vmray_emulator.request_log import RecordedRequest

check_complete(TABLE)
GROUPS = 6
SLOW_GROUPS = 3


@pytest.mark.parametrize("group", range(GROUPS))
def test_each_fault_has_its_outcome(group: int) -> None:
    """A passing fault is not felt, a lasting one names its item, one that concerns all ends the action."""
    rows = [Row(action, request) for action, request in list(TABLE)[group::GROUPS]]
    assert failures_of(rows, slow=False) == []


@pytest.mark.parametrize("group", range(SLOW_GROUPS))
def test_a_stall_that_outlasts_the_run_has_its_outcome(group: int) -> None:
    """The run ends in time; what can be asked again in another one is, what cannot is named."""
    rows = [Row(action, request) for action, request in list(TABLE)[group::SLOW_GROUPS]]
    assert failures_of(rows, slow=True) == []


def test_every_row_has_a_situation_in_which_its_request_is_made() -> None:
    """No row of the table is without a run."""
    assert set(SCENES) == set(TABLE)


def test_a_request_without_outcomes_is_noticed() -> None:
    """A row that is missing fails before any test runs."""
    rows = dict(TABLE)
    del rows["Ping", ACCESS]
    with pytest.raises(LookupError, match="Ping: access"):
        check_complete(rows)


def test_a_fault_without_an_outcome_is_noticed() -> None:
    """A cell that is missing fails before any test runs."""
    rows = {**TABLE, ("Ping", ACCESS): {name: pair for name, pair in READ.items() if name != "504"}}
    with pytest.raises(LookupError, match="504"):
        check_complete(rows)


def test_a_request_that_the_table_does_not_know_is_noticed() -> None:
    """An action that begins to ask for something else has to say first what happens when that fails."""
    with pytest.raises(LookupError, match="does not know"):
        request_of("Ping", RecordedRequest("GET", "/rest/billing_info"))


def test_the_table_is_not_small() -> None:
    """Thirty requests and more, under some thirty faults, once and for ever."""
    assert len(TABLE) * len(FAULTS) * 2 > 1800
