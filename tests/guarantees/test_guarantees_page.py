"""The guarantees page names tests and modules that exist."""

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
    """Return the names of a module's functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("module", "test"), NAMED, ids=lambda value: value)
def test_each_test_that_the_page_names_exists(module: str, test: str) -> None:
    """Given a test that is renamed or removed, then its line on the page has to change too."""
    assert test in functions_of(REPOSITORY / module)


def test_each_guarantee_has_its_implementation_and_its_proof() -> None:
    """The page has nine guarantees, each with both parts."""
    guarantees = re.split(r"(?m)^## \d\. ", PAGE)[1:]
    assert len(guarantees) == 9
    for guarantee in guarantees:
        assert "*How.*" in guarantee
        assert "*Proof.*" in guarantee
        assert "::test_" in guarantee


def test_each_module_that_the_page_names_exists() -> None:
    """Each rule is in the module that the page names."""
    core = REPOSITORY / "integrations" / "vm_ray" / "core"
    assert [name for name in MODULES if not list(core.rglob(f"{name}.py"))] == []
    assert len(MODULES) > 10


def test_the_page_names_every_test_of_this_folder() -> None:
    """Each test of this folder is listed under a guarantee."""
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
