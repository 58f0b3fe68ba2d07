"""The page docs/troubleshooting.md: each error class with its messages, its cause and its remedy.

The messages are found in the code where an error is created. Cause and remedy are attributes of the
error classes.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tools.hub_step import INTEGRATION, REPOSITORY
from tools.readme_blocks import with_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Literals = Mapping[str, ast.expr]

PAGE: Final = REPOSITORY / "docs" / "troubleshooting.md"
PLACEHOLDER: Final = "…"
#: The modules with the error classes, and the two classes of which no error is created.
MODULES: Final = ("vmray_errors", "vmray_request_errors")
BASES: Final = ("VMRayError", "RequestError")
#: The parameters of error classes that hold the text of the message.
TEXT_PARAMETERS: Final = ("what", "problem", "sentence")


def page() -> str:
    """Return the page with a fresh generated part."""
    return with_block(PAGE.read_text("utf-8"), "errors", table())


def table() -> str:
    """Return the generated part of the page."""
    found = messages()
    lines: list[str] = []
    for name, error in error_classes().items():
        meaning = (error.__doc__ or "").partition("\n")[0]
        effect = "It ends the action." if error.is_fatal else "It concerns one entity or file."
        texts = [f"* `{text.strip()}`" for text in found[name]]
        lines += [f"### {name}", "", f"{meaning} {effect}", "", *texts, *([""] if texts else [])]
        lines += [f"**Cause:** {error.cause}", "", f"**Remedy:** {error.remedy}", ""]
    return "\n".join(lines)


def error_classes() -> dict[str, type[Any]]:
    """Return the error classes of which errors are created, by name, in the order of their modules."""
    if str(INTEGRATION.parent) not in sys.path:
        sys.path.insert(0, str(INTEGRATION.parent))
    modules = [importlib.import_module(f"vm_ray.core.api.{name}") for name in MODULES]
    base = modules[0].VMRayError
    found = [each for module in modules for each in vars(module).values() if inspect.isclass(each)]
    return {each.__name__: each for each in found if issubclass(each, base) and each.__name__ not in BASES}


def messages() -> dict[str, list[str]]:
    """Return the texts with which the integration creates each error; `…` stands for a value."""
    classes = error_classes()
    found: dict[str, list[str]] = {name: [] for name in classes}
    for folder in ("actions", "core"):
        for path in sorted((INTEGRATION / folder).rglob("*.py")):
            for name, text in _created(path, classes):
                if text not in found[name]:
                    found[name].append(text)
    return found


def _created(path: Path, classes: Mapping[str, type[Any]]) -> Iterator[tuple[str, str]]:
    """Yield the error classes that a module creates, with their texts."""
    tree = ast.parse(path.read_text("utf-8"))
    literals = _literals(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
            index = _text_index(classes[node.func.id])
            argument = node.args[index] if index < len(node.args) else None
            yield from ((node.func.id, text) for text in _texts(argument, literals))
        elif isinstance(node, ast.ClassDef) and node.name in classes:
            yield from ((node.name, text) for text in _own_texts(node, literals))


def _literals(tree: ast.Module) -> Literals:
    """Return the names of a module that stand for one text."""
    assigned: list[tuple[str, ast.expr]] = []
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                assigned.append((name, value))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                assigned.append((name, value))
    times = Counter(name for name, _ in assigned)
    return {
        name: value
        for name, value in assigned
        if times[name] == 1 and isinstance(value, ast.Constant | ast.JoinedStr)
    }


def _text_index(error: type[Any]) -> int:
    """Return at which position of its arguments an error takes its text."""
    if not inspect.isfunction(error.__init__):
        return 0
    _, *names = inspect.signature(error.__init__).parameters
    return next((names.index(name) for name in TEXT_PARAMETERS if name in names), 0)


def _own_texts(definition: ast.ClassDef, literals: Literals) -> Iterator[str]:
    """Yield the texts that an error class itself returns, or passes to its base class."""
    for node in ast.walk(definition):
        match node:
            case ast.Return(value=value):
                yield from _texts(value, literals)
            case ast.Call(func=ast.Attribute(attr="__init__"), args=[first, *_]):
                yield from _texts(first, literals)


def _texts(node: ast.expr | None, literals: Literals) -> Iterator[str]:
    """Yield the text of a literal, or the texts of both branches; nothing for a text without words."""
    match node:
        case ast.Constant() | ast.JoinedStr():
            text = _text(node, literals)
            yield from [text] if re.search(r"[A-Za-z]{2}", text) else []
        case ast.Name(id=name) if name in literals:
            yield from _texts(literals[name], literals)
        case ast.IfExp(body=first, orelse=second):
            yield from _texts(first, literals)
            yield from _texts(second, literals)
        case ast.Call(args=[_, text_node]):  # quoted(value, "is …")
            yield from _texts(text_node, literals)


def _text(node: ast.expr, literals: Literals) -> str:
    """Return a text with `…` for each value that is known only when the code runs."""
    match node:
        case ast.Constant(value=value):
            return "" if value is None or isinstance(value, bool) else str(value)
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, literals) for part in parts)
        case ast.FormattedValue(value=ast.Name(id=name)) if name in literals:
            return _text(literals[name], literals)
        case _:
            return PLACEHOLDER
