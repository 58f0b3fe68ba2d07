"""The page of guarantees names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "guarantees.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
MODULES = sorted(set(re.findall(r"`(vmray_\w+)`", PAGE)))


def functions_of(path: Path) -> set[str]:
    """The names of a module's functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("module", "test"), NAMED, ids=lambda value: value)
def test_each_test_that_the_page_names_exists(module: str, test: str) -> None:
    """A test that was renamed or removed takes its line with it."""
    assert test in functions_of(REPOSITORY / module)


def test_each_promise_says_how_it_is_kept_and_what_proves_it() -> None:
    """Eight promises, each with both."""
    promises = re.split(r"(?m)^## \d\. ", PAGE)[1:]
    assert len(promises) == 8
    for promise in promises:
        assert "*How.*" in promise
        assert "*Proof.*" in promise
        assert "::test_" in promise


def test_each_module_that_the_page_names_exists() -> None:
    """The rule is where the page says it is."""
    core = REPOSITORY / "integrations" / "vm_ray" / "core"
    assert [name for name in MODULES if not list(core.rglob(f"{name}.py"))] == []
    assert len(MODULES) > 10


def test_the_page_leaves_no_test_of_the_guarantees_out() -> None:
    """What proves a promise is found from the promise."""
    named = {test for _, test in NAMED}
    own = {"test_guarantees_page.py"}
    every = {
        test
        for path in (REPOSITORY / "tests" / "guarantees").glob("test_*.py")
        if path.name not in own
        for test in functions_of(path)
        if test.startswith("test_")
    }
    assert every <= named
