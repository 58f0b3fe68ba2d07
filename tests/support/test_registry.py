"""The registry of examples: complete, and every example runs as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.example import run_example
from tests.support.registry import ACTIONS, CASES, Case, MissingExampleError, every_example, examples_of
from tests.support.warm_start import warm_start

from secops_lab.manifest import ActionSpec

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab


def test_every_declared_action_has_examples() -> None:
    """None is left out of the suites that take their runs from here."""
    assert {case.action.name for case in CASES} == {action.name for action in ACTIONS}
    assert len(ACTIONS) >= 5


def test_an_action_without_an_example_is_named_with_the_file_to_write() -> None:
    """The sentence says what to declare, and where."""
    action = ActionSpec("No Such Action", "no_such_action", "", is_async=False, parameters=())
    with pytest.raises(
        MissingExampleError, match=r'"No Such Action" has no example.*tests/actions/test_no_such_action.py'
    ):
        examples_of(action)


@every_example
def test_every_example_ends_as_declared(case: Case, lab: Lab, tmp_path: Path) -> None:
    """The run completes, with the script result of the example."""
    with warm_start():
        run = run_example(lab, case.action.name, case.example, tmp_path)
    assert (run.state.value, run.result_value) == ("completed", case.example.result), run.message
