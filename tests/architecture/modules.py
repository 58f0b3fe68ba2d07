"""The project's Python modules as the architecture tests read them: paths, syntax trees, imports."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

from tools.hub_step import INTEGRATION, REPOSITORY

SDK_STAND_IN: Final = REPOSITORY / "src" / "secops_lab" / "sdk" / "soar_sdk"


def core_modules() -> list[Path]:
    """The modules that the hub puts into one namespace."""
    return sorted(path for path in (INTEGRATION / "core").glob("**/*.py") if path.name != "__init__.py")


def action_scripts() -> list[Path]:
    """The scripts that the platform starts."""
    return sorted(path for path in (INTEGRATION / "actions").glob("*.py") if path.name != "__init__.py")


def project_modules() -> list[Path]:
    """Every module that is shipped or run by a contributor, tests aside."""
    folders = (REPOSITORY / "src", INTEGRATION, REPOSITORY / "tools")
    return sorted(path for folder in folders for path in folder.rglob("*.py") if "tests" not in path.parts)


def every_module() -> list[Path]:
    """Every Python module of the repository, tests and benchmarks included."""
    folders = ("bench", "integrations", "src", "tests", "tools")
    return sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """The path within the repository; the whole path of a file that is elsewhere."""
    return (path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path).as_posix()


def syntax(path: Path) -> ast.Module:
    """The module, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def absolute_imports(path: Path) -> Iterator[str]:
    """Top-level names of everything that the module imports absolutely, wherever in it."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]
