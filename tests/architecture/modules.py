"""The Python modules of the project, for the architecture tests: paths, syntax trees, imports."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

from tools.hub_step import INTEGRATION, REPOSITORY

SDK_STAND_IN: Final = REPOSITORY / "src" / "secops_lab" / "sdk" / "soar_sdk"


def core_modules() -> list[Path]:
    """Return the modules that the hub moves into one namespace."""
    return sorted(path for path in (INTEGRATION / "core").glob("**/*.py") if path.name != "__init__.py")


def action_scripts() -> list[Path]:
    """Return the scripts that the platform starts."""
    return sorted(path for path in (INTEGRATION / "actions").glob("*.py") if path.name != "__init__.py")


def project_modules() -> list[Path]:
    """Return every module that is shipped or run by a contributor, without tests."""
    folders = (REPOSITORY / "src", INTEGRATION, REPOSITORY / "tools")
    return sorted(path for folder in folders for path in folder.rglob("*.py") if "tests" not in path.parts)


def every_module() -> list[Path]:
    """Return every Python module of the repository, with tests and benchmarks."""
    folders = ("bench", "integrations", "src", "tests", "tools")
    return sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """Return the path within the repository; for a file outside, the whole path."""
    return (path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path).as_posix()


def syntax(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def absolute_imports(path: Path) -> Iterator[str]:
    """Yield the top-level names of all absolute imports, wherever they are in the module."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]
