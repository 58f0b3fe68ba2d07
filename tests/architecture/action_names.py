"""Finds literal lists of actions, and code that branches on the name of an action, in syntax trees."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

LIST: Final = 3
"""A literal with this number of names is a list of actions."""

_LITERALS: Final = (ast.List, ast.Tuple, ast.Set, ast.Dict)


class ActionNames:
    """The names and stems of all actions; finds their uses in a module."""

    def __init__(self, names: AbstractSet[str]) -> None:
        self._names = names

    def violations(self, tree: ast.Module) -> list[tuple[int, str]]:
        """Return line and kind of each literal list, comparison, lookup and prefix test in a module."""
        constants = _constants(tree)
        found = [(line, "a list of actions") for line in self._lists(tree, constants)]
        found += [(line, "a branch on an action's name") for line in self._branches(tree, constants)]
        return sorted(set(found))

    def _lists(self, tree: ast.Module, constants: Mapping[str, str]) -> Iterator[int]:
        for node in ast.walk(tree):
            if isinstance(node, _LITERALS) and len(self._in(node, constants)) >= LIST:
                yield node.lineno

    def _branches(self, tree: ast.Module, constants: Mapping[str, str]) -> Iterator[int]:
        asserted = {
            id(node) for each in ast.walk(tree) if isinstance(each, ast.Assert) for node in _parts(each)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and id(node) not in asserted:
                if any(self._in(each, constants) for each in (node.left, *node.comparators)):
                    yield node.lineno
            elif isinstance(node, ast.MatchValue):
                if self._in(node.value, constants):
                    yield node.lineno
            elif isinstance(node, ast.Dict):
                keys = [key for key in node.keys if key is not None]
                if sum(bool(self._in(key, constants)) for key in keys) > 1:
                    yield node.lineno
            elif isinstance(node, ast.Call) and self._tests_a_prefix(node):
                yield node.lineno

    def _tests_a_prefix(self, call: ast.Call) -> bool:
        """Return whether a text is tested for the beginning or the end of an action's name."""
        if not (isinstance(call.func, ast.Attribute) and call.func.attr in {"startswith", "endswith"}):
            return False
        named = "action" in ast.unparse(call.func.value).lower()
        return named and any(
            isinstance(each, ast.Constant)
            and isinstance(each.value, str)
            and any(getattr(name, call.func.attr)(each.value) for name in self._names)
            for each in call.args
        )

    def _in(self, node: ast.AST, constants: Mapping[str, str]) -> set[str]:
        """Return the names of actions in an expression that is a text or a literal of texts."""
        if isinstance(node, ast.Constant):
            return {node.value} & self._names if isinstance(node.value, str) else set()
        if isinstance(node, ast.Name):
            return {constants.get(node.id, "")} & self._names
        if isinstance(node, _LITERALS):
            return {name for each in ast.iter_child_nodes(node) for name in self._in(each, constants)}
        return set()


def _constants(tree: ast.Module) -> dict[str, str]:
    """Return the texts that a module assigns to names at its top level."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }


def _parts(assertion: ast.Assert) -> Iterator[ast.expr]:
    """Yield the comparisons of the assertion itself: an expected value is no branch."""
    pending: list[ast.expr] = [assertion.test]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.BoolOp):
            pending += node.values
        elif isinstance(node, ast.UnaryOp):
            pending.append(node.operand)
