"""The limits on the sizes of modules, actions and functions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.architecture.modules import action_scripts, name_of, project_modules, syntax

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 50
LINES_OF_AN_ACTION = 80


def test_modules_stay_small() -> None:
    """Given all modules, then none is longer than 400 lines."""
    assert _longer_than(LINES_OF_A_FILE, project_modules()) == {}


def test_actions_stay_small() -> None:
    """Given the scripts of actions, then none is longer than 80 lines."""
    assert _longer_than(LINES_OF_AN_ACTION, action_scripts()) == {}


def test_functions_stay_small() -> None:
    """Given all functions, then none is longer than 50 lines without its docstring."""
    long = {
        f"{name_of(path)}: {node.name}": size
        for path in project_modules()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := _size(node)) > LINES_OF_A_FUNCTION
    }
    assert long == {}


def test_modules_begin_with_the_future_import() -> None:
    """Given all modules, then each starts with the future import, which the hub requires."""
    assert [name_of(path) for path in project_modules() if not _has_future_import(path)] == []


def test_a_long_function_is_found() -> None:
    """Given a function of 60 lines with a docstring of 20, then its size is 40."""
    docstring = "\n".join(["    '''First.", *["    more"] * 18, "    '''"])
    body = "\n".join(["    x = 1"] * 39)
    function = ast.parse(f"def long():\n{docstring}\n{body}\n").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert _size(function) == 40


def _longer_than(limit: int, paths: Sequence[Path]) -> dict[str, int]:
    """Return the modules with more lines than the limit, and their lines."""
    return {name_of(path): size for path in paths if (size := _lines(path)) > limit}


def _has_future_import(path: Path) -> bool:
    """Return whether a module starts with the import, or has no code."""
    body = syntax(path).body
    future = [node for node in body[:2] if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    return bool(future) or all(isinstance(node, ast.Expr) for node in body)


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _size(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines from ``def`` to the last statement, without the docstring."""
    lines = _span(function)
    if ast.get_docstring(function) is not None:
        lines -= _span(function.body[0])
    return lines


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
