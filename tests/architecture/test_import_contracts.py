"""Who may import whom. The layers are contracts of import-linter (pyproject.toml); the rest is read here."""

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
    """import-linter finds each of the project's contracts kept."""
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
def test_core_stands_on_the_standard_library_and_few_others(path: Path) -> None:
    """A core module imports the standard library and libraries that every worker of the platform has."""
    sdk = {"soar_sdk"} if path.parent.name == "soar" else set()
    assert set(absolute_imports(path)) <= sys.stdlib_module_names | LIBRARIES_OF_CORE | sdk


def test_what_core_imports_is_what_the_package_brings() -> None:
    """Each library that core imports is declared by the integration, and none is declared in vain."""
    imported = {name for path in core_modules() for name in absolute_imports(path)} & LIBRARIES_OF_CORE
    declared = {one.split(">")[0].replace("-", "_") for one in requirements(INTEGRATION)}
    assert declared == imported


@pytest.mark.parametrize("path", action_scripts(), ids=name_of)
def test_an_action_imports_the_sdk_and_core_alone(path: Path) -> None:
    """An action is a composition: it may know core and the SDK, and no HTTP library."""
    assert set(absolute_imports(path)) <= sys.stdlib_module_names | {"soar_sdk"}


def test_the_client_loads_in_a_process_without_the_sdk() -> None:
    """All of core but the package `soar` imports where there is no SOAR SDK: in a notebook, in a CLI."""
    free = {
        f"vm_ray.core.{path.parent.name}.{path.stem}" for path in core_modules() if path.parent.name != "soar"
    }
    assert "vm_ray.core.api.vmray_client" in free
    _import_without(["soar_sdk"], sorted(free), INTEGRATION.parent)


def test_the_command_line_loads_without_the_web_extra() -> None:
    """The case wall page is an extra: the command line starts where its libraries are not installed."""
    _import_without(WEB_ONLY, ["secops_lab.cli.app"], REPOSITORY / "src")


def _import_without(absent: Sequence[str], names: Sequence[str], path: Path) -> None:
    """Import modules in a fresh process to which the absent packages look uninstalled."""
    blocked = [f"sys.modules[{name!r}] = None" for name in absent]
    code = "\n".join(["import sys", *blocked, *(f"import {name}" for name in names)])
    environment = {**os.environ, "PYTHONPATH": str(path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
