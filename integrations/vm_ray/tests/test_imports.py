"""Every module of the integration imports. The hub runs this with its SDK on the path."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

INTEGRATION = Path(__file__).resolve().parent.parent
MODULES = sorted(
    ".".join(path.relative_to(INTEGRATION.parent).with_suffix("").parts)
    for folder in ("actions", "core")
    for path in (INTEGRATION / folder).rglob("*.py")
    if path.stem != "__init__"
)


@pytest.mark.parametrize("name", MODULES)
def test_module_imports(name: str) -> None:
    """The import of the module succeeds."""
    assert importlib.import_module(name).__name__ == name


def test_every_action_has_an_entry_point() -> None:
    """The platform runs the script of an action, which calls `main`."""
    scripts = [name for name in MODULES if ".actions." in name]
    assert scripts
    assert all(callable(importlib.import_module(name).main) for name in scripts)
