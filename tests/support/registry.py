"""All actions with their examples: the folder of declarations is the only list of actions."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from tools.hub_step import INTEGRATION, REPOSITORY

from secops_lab.manifest import ActionSpec, load_integration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.example import Example


class MissingExampleError(Exception):
    """An action has no example; the text says which file has to declare it, and how."""


class Case(NamedTuple):
    """One example with its action."""

    action: ActionSpec
    example: Example

    def __str__(self) -> str:
        return f"{self.action.stem}-{self.example.situation}".replace(" ", "_")


ACTIONS: Final = load_integration(INTEGRATION).actions


def examples_of(action: ActionSpec) -> Sequence[Example]:
    """The examples that an action's test file declares.

    Raises:
        MissingExampleError: There is no such file, or it declares none.
    """
    path = f"tests/actions/test_{action.stem}.py"
    found: Sequence[Example] = ()
    if (REPOSITORY / path).is_file():
        found = getattr(importlib.import_module(f"tests.actions.test_{action.stem}"), "EXAMPLES", ())
    if not found:
        raise MissingExampleError(
            f'The action "{action.name}" has no example. Declare in {path}: '
            "EXAMPLES = [Example(parameters={...}, entities=(...), setup=...)]; see tests/support/example.py."
        )
    return found


CASES: Final = [Case(action, example) for action in ACTIONS for example in examples_of(action)]
USUAL: Final = [Case(action, examples_of(action)[0]) for action in ACTIONS]

every_example = pytest.mark.parametrize("case", CASES, ids=str)
every_action = pytest.mark.parametrize("case", USUAL, ids=str)
