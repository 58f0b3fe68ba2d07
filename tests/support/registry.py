"""All actions with their examples: the folder of declarations is the only list of actions."""

from __future__ import annotations

import ast
import importlib
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from tools.hub_step import INTEGRATION, REPOSITORY

from secops_lab.manifest import ActionSpec, load_integration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.example import Example
    from tests.support.outcome import Exceptions


class MissingExampleError(Exception):
    """An action has no example; the text says which file has to declare it, and how."""


class Case(NamedTuple):
    """One example with its action."""

    action: ActionSpec
    example: Example

    def __str__(self) -> str:
        return f"{self.action.stem}-{self.example.situation}".replace(" ", "_")


_SUBMITTING: Final = ("SubmissionAction", "SubmitNowAction")
_BILLING: Final = ("BilledAction",)
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


def situations_of(action: ActionSpec) -> Sequence[Example]:
    """The examples, and the situations in which the action makes further requests.

    They prove nothing else, so only the fault matrix runs them; a test file declares them as `SITUATIONS`.
    """
    module = importlib.import_module(f"tests.actions.test_{action.stem}")
    further: Sequence[Example] = getattr(module, "SITUATIONS", ())
    return [*examples_of(action), *further]


def outcomes_of(action: ActionSpec) -> Exceptions:
    """The outcomes in which an action differs from the rules of the fault matrix.

    A test file declares them as `OUTCOMES`, see `tests.support.outcome`.
    """
    found: Exceptions = getattr(importlib.import_module(f"tests.actions.test_{action.stem}"), "OUTCOMES", {})
    return found


def submits(action: ActionSpec) -> bool:
    """Whether the action submits to VMRay: its class is a `SubmissionAction` or a `SubmitNowAction`."""
    return _derives(action, _SUBMITTING)


def bills(action: ActionSpec) -> bool:
    """Whether the action makes other requests that use quota: its class is a `BilledAction`."""
    return _derives(action, _BILLING)


def _derives(action: ActionSpec, names: Sequence[str]) -> bool:
    tree = ast.parse((INTEGRATION / "actions" / f"{action.stem}.py").read_text("utf-8"))
    bases = [base for node in tree.body if isinstance(node, ast.ClassDef) for base in node.bases]
    return any(ast.unparse(base).partition("[")[0] in names for base in bases)


CASES: Final = [Case(action, example) for action in ACTIONS for example in examples_of(action)]
USUAL: Final = [Case(action, examples_of(action)[0]) for action in ACTIONS]

SUBMITTING: Final = [case for case in USUAL if submits(case.action)]
BILLING: Final = [case for case in USUAL if bills(case.action)]

every_example = pytest.mark.parametrize("case", CASES, ids=str)
every_action = pytest.mark.parametrize("case", USUAL, ids=str)
every_submitting_action = pytest.mark.parametrize("case", SUBMITTING, ids=str)
every_billing_action = pytest.mark.parametrize("case", BILLING, ids=str)
