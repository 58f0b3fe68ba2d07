"""The folder of declarations is the only list of actions, and nothing branches on the name of an action."""

from __future__ import annotations

import ast

import pytest
from tests.architecture.action_names import ActionNames
from tests.architecture.modules import every_module, name_of, syntax
from tests.support.registry import ACTIONS

NAMES = ActionNames({name for action in ACTIONS for name in (action.name, action.stem)})


def test_no_module_lists_actions_or_branches_on_their_names() -> None:
    """Given all modules, then none lists actions or branches on a name."""
    found = [
        f"{name_of(path)}:{line}: {kind}"
        for path in every_module()
        for line, kind in NAMES.violations(syntax(path))
    ]
    assert found == [], "take the actions from tests/support/registry.py or load_integration()"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = ("Ping", "Scan Hash", "Scan URL")', True),
        ('x = ["ping", "scan_hash", "scan_url"]', True),
        ('x = [("Ping", 1), ("Scan Hash", 2), ("Scan URL", 3)]', True),
        ('A = "Ping"\nB = "Scan Hash"\nx = {A, B, "Scan URL"}', True),
        ('x = {"Scan Hash": 1, "Scan URL": 2}[action]', True),
        ('x = 1 if action == "Ping" else 2', True),
        ('x = action in ("Scan URL", "Ping")', True),
        ('x = action.startswith("Upload")', True),
        ('x = run.action_name.endswith("Hash")', True),
        ('match action:\n    case "Ping":\n        x = 1', True),
        ('assert x if action == "Ping" else y', True),
        ('assert run.action == "Ping"', False),
        ('x = ("Ping", "Scan Hash")', False),
        ('x = run("Scan Hash", {"Comment": "x"})', False),
        ('x = text.startswith("Scan")', False),
    ],
)
def test_each_kind_of_violation_is_found(source: str, *, found: bool) -> None:
    """Given one statement, then it is found if it lists actions or branches on a name."""
    assert bool(NAMES.violations(ast.parse(source))) is found
