"""How small is small: the limits that keep the code readable in one sitting."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from tests.architecture.modules import action_scripts, name_of, project_modules, syntax

if TYPE_CHECKING:
    from pathlib import Path

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 50
LINES_OF_AN_ACTION = 80


@pytest.mark.parametrize("path", project_modules(), ids=name_of)
def test_files_and_functions_stay_small(path: Path) -> None:
    """No module is longer than 400 lines, and no function longer than 50 besides its docstring."""
    assert _lines(path) <= LINES_OF_A_FILE
    functions = [
        node for node in ast.walk(syntax(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = {node.name: size for node in functions if (size := _size(node)) > LINES_OF_A_FUNCTION}
    assert long == {}


@pytest.mark.parametrize("path", action_scripts(), ids=name_of)
def test_an_action_is_a_page(path: Path) -> None:
    """An action declares its parameters, what it calls and what it returns, on at most 80 lines."""
    assert _lines(path) <= LINES_OF_AN_ACTION


@pytest.mark.parametrize("path", project_modules(), ids=name_of)
def test_annotations_are_never_evaluated(path: Path) -> None:
    """Every module starts with the future import, which the hub asks for."""
    body = syntax(path).body
    future = [node for node in body[:2] if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    assert future or all(isinstance(node, ast.Expr) for node in body)


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _size(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the last statement, without the docstring: explaining makes nothing long."""
    lines = _span(function)
    if ast.get_docstring(function) is not None:
        lines -= _span(function.body[0])
    return lines


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
