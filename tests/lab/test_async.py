"""The loop that drives an asynchronous action."""

from __future__ import annotations

import json
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tests.lab.toy_integration import set_at_a_comment

from secops_lab.host import Round, RunState, action_host, rounds
from secops_lab.host.child import Ending, Finished

if TYPE_CHECKING:
    from tests.lab.toy_integration import Toy

COUNT = """
    first = sys.argv[2] == "True"
    state = {"n": 0, "deadlines": []} if first else json.loads(siemplify.parameters["additional_data"])
    assert first is ("additional_data" not in siemplify.parameters)
    state["n"] += 1
    deadlines = siemplify.execution_deadline_unix_time_ms, siemplify.async_total_duration_deadline
    state["deadlines"].append(deadlines)
    if state["n"] < int(siemplify.parameters["Until"]):
        siemplify.end(f"waiting {state['n']}", json.dumps(state), EXECUTION_STATE_INPROGRESS)
    siemplify.result.add_result_json(state)
    siemplify.end(f"done after {state['n']}", True)
"""


def test_a_round_gets_the_result_value_of_the_previous_round(toy_in_both_forms: Toy) -> None:
    """Each round gets the result value of the previous round. Only the script deadline changes."""
    seen: list[Round] = []

    run = toy_in_both_forms.run(
        COUNT, is_async=True, declared={"Until": "3"}, on_round=seen.append, async_timeout=1000.0
    )

    assert (run.state, run.message, run.result_value) == (RunState.COMPLETED, "done after 3", True)
    assert [one.message for one in seen] == ["waiting 1", "waiting 2", "done after 3"]
    assert [one.state for one in seen] == [RunState.IN_PROGRESS, RunState.IN_PROGRESS, RunState.COMPLETED]
    assert run.rounds == seen
    script, total = zip(*run.json_result["deadlines"], strict=True)
    assert len(set(total)) == 1
    assert script[0] < script[1] < script[2] < total[0]
    assert 300_000 <= script[0] - (total[0] - 1_000_000) + 1 <= 330_000


AT_IT = {"Message": "still at it", "ResultObjectJson": "{}", "ResultValue": "{}", "DebugOutput": ""}
WAITING = Finished(Ending.EXITED, 0, json.dumps({**AT_IT, "ExecutionState": 1}), "", 0.0)


@pytest.mark.parametrize("poll_interval", [0.0, 0.01])
def test_a_run_that_does_not_finish_times_out(
    stand_in_toy: Toy, monkeypatch: pytest.MonkeyPatch, poll_interval: float
) -> None:
    """The host starts no further round after the total deadline."""
    now = time.time()

    def work(*_: object) -> Finished:
        nonlocal now
        now += 400
        return WAITING

    monkeypatch.setattr(rounds, "time", SimpleNamespace(time=lambda: now))
    monkeypatch.setattr(action_host, "run_child", work)

    run = stand_in_toy.run("pass", is_async=True, async_timeout=1000.0, poll_interval=poll_interval)

    assert (run.state, run.message) == (RunState.TIMED_OUT, "not finished after 1000 s. still at it")
    assert len(run.rounds) == 3


def test_a_long_polling_interval_ends_at_the_total_deadline(
    stand_in_toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A polling interval that is longer than the total timeout does not delay the end of the run."""
    monkeypatch.setattr(action_host, "run_child", lambda *_: WAITING)

    run = stand_in_toy.run("pass", is_async=True, async_timeout=0.2, poll_interval=1000.0)

    assert (run.state, run.message) == (RunState.TIMED_OUT, "not finished after 0.2 s. still at it")
    assert len(run.rounds) == 1


def test_a_hanging_round_ends_at_the_total_deadline(stand_in_toy: Toy) -> None:
    """The host ends a hanging round at the total deadline, even when the script deadline is later."""
    started = time.monotonic()

    run = stand_in_toy.run(
        "import time; time.sleep(600)", is_async=True, async_timeout=1.0, script_timeout=500
    )

    assert run.state is RunState.TIMED_OUT
    assert time.monotonic() - started < 60


def test_a_crash_ends_the_loop(stand_in_toy: Toy) -> None:
    """A crash in a later round ends the run, and its traceback is kept."""
    body = """
        if sys.argv[2] == "True":
            siemplify.end("waiting", "{}", EXECUTION_STATE_INPROGRESS)
        raise RuntimeError("lost")
    """

    run = stand_in_toy.run(body, is_async=True)

    assert (run.state, len(run.rounds)) == (RunState.CRASHED, 2)
    assert "RuntimeError: lost" in run.rounds[-1].stderr


def test_a_result_value_that_is_not_a_text_is_passed_on_as_json(toy: Toy) -> None:
    """When a script ends with an object as result value, the next round gets it as JSON text."""
    body = """
        if sys.argv[2] == "True":
            siemplify.end("waiting", {"a": [1]}, EXECUTION_STATE_INPROGRESS)
        siemplify.end(json.dumps(json.loads(siemplify.parameters["additional_data"])), True)
    """

    assert json.loads(toy.run(body, is_async=True).message) == {"a": [1]}


def test_a_run_can_be_cancelled_between_two_rounds(stand_in_toy: Toy) -> None:
    """Cancelling between two rounds ends the run immediately."""
    cancel = threading.Event()
    body = 'siemplify.end("waiting", "{}", EXECUTION_STATE_INPROGRESS)'

    run = stand_in_toy.run(
        body, is_async=True, poll_interval=1000.0, cancel=cancel, on_round=lambda _: cancel.set()
    )

    assert (run.state, len(run.rounds)) == (RunState.CANCELLED, 1)


def test_a_run_can_be_cancelled_while_a_script_runs(stand_in_toy: Toy) -> None:
    """Cancelling ends the running process."""
    body = 'siemplify.add_comment("started"); import time; time.sleep(600)'
    case = stand_in_toy.platform.new_case()

    with set_at_a_comment(stand_in_toy.platform, case) as cancel:
        run = stand_in_toy.run(body, case, cancel=cancel)

    assert (run.state, run.message) == (RunState.CANCELLED, "the run was cancelled")
