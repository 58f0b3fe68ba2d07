"""The import rules. Layers are contracts of import-linter (pyproject.toml); the other rules are here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.architecture.modules import absolute_imports, action_scripts, core_modules, name_of
from tools.hub_package import requirements
from tools.hub_step import INTEGRATION, REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Sequence

LIBRARIES_OF_CORE = {"requests", "urllib3", "requests_toolbelt"}
WEB_ONLY = ("jinja2", "sse_starlette")


def test_every_import_contract_is_kept() -> None:
    """Given the project's contracts, then import-linter finds no broken one."""
    program = Path(sys.executable).parent / "lint-imports"
    paths = os.pathsep.join([str(REPOSITORY / "src"), str(REPOSITORY / "integrations")])
    done = subprocess.run(
        [program, "--no-cache"],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize("path", core_modules(), ids=name_of)
def test_core_imports_the_standard_library_and_few_others(path: Path) -> None:
    """Given a core module, then it imports the standard library and a few libraries of the platform."""
    sdk = {"soar_sdk"} if path.parent.name == "soar" else set()
    assert set(absolute_imports(path)) <= sys.stdlib_module_names | LIBRARIES_OF_CORE | sdk


def test_the_package_declares_the_libraries_that_core_imports() -> None:
    """Given the libraries that core imports, then the integration declares exactly these."""
    imported = {name for path in core_modules() for name in absolute_imports(path)} & LIBRARIES_OF_CORE
    declared = {one.split(">")[0].replace("-", "_") for one in requirements(INTEGRATION)}
    assert declared == imported


@pytest.mark.parametrize("path", action_scripts(), ids=name_of)
def test_an_action_imports_only_the_sdk_and_core(path: Path) -> None:
    """Given an action, then it imports core and the SDK, and no HTTP library."""
    assert set(absolute_imports(path)) <= sys.stdlib_module_names | {"soar_sdk"}


def test_the_client_loads_in_a_process_without_the_sdk() -> None:
    """Given no SOAR SDK, as in a notebook, then all of core except `soar` can be imported."""
    free = {
        f"vm_ray.core.{path.parent.name}.{path.stem}" for path in core_modules() if path.parent.name != "soar"
    }
    assert "vm_ray.core.api.vmray_client" in free
    _import_without(["soar_sdk"], sorted(free), INTEGRATION.parent)


def test_the_command_line_loads_without_the_web_extra() -> None:
    """Given no libraries of the web extra, then the command line can be imported."""
    _import_without(WEB_ONLY, ["secops_lab.cli.app"], REPOSITORY / "src")


def _import_without(absent: Sequence[str], names: Sequence[str], path: Path) -> None:
    """Import modules in a new process in which the absent packages are not installed."""
    blocked = [f"sys.modules[{name!r}] = None" for name in absent]
    code = "\n".join(["import sys", *blocked, *(f"import {name}" for name in names)])
    environment = {**os.environ, "PYTHONPATH": str(path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
