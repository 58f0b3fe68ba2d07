"""The client library: the wheel contains it, its public names exist, and the quick start runs."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Final

import pytest
from tools.hub_step import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from vmray_emulator import EmbeddedEmulator

PAGE: Final = (REPOSITORY / "docs" / "client-library.md").read_text("utf-8")
SHA256: Final = "ab" * 32
INTEGRATION: Final = REPOSITORY / "integrations" / "vm_ray"
# Only `soar` needs the SDK of the platform.
SHIPPED: Final = sorted(
    {each.parent.name for each in (INTEGRATION / "core").glob("*/__init__.py")} - {"soar"}
)


def public_names() -> list[tuple[str, str]]:
    """Return each public name with its module."""
    rows = re.findall(r"^\| (`.+?) \| `(vm_ray[\w.]+)` \|", PAGE, re.MULTILINE)
    return [(name, module) for names, module in rows for name in re.findall(r"`(\w+)`", names)]


def quick_start(emulator: EmbeddedEmulator, path: Path) -> list[str]:
    """Run the example of the page with this import path only, and return the printed lines."""
    (code,) = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
    environment = {
        **os.environ,
        "PYTHONPATH": str(path),
        "VMRAY_API_ROOT": emulator.url,
        "VMRAY_API_KEY": emulator.api_key,
        "SAMPLE_HASH": SHA256,
    }
    program = [sys.executable, "-P", "-c", f"{code}\nimport vm_ray; print(vm_ray.__file__)"]
    ended = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, without network."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("the build backend hatchling is not installed here")
    folder = tmp_path_factory.mktemp("wheel")
    program = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(program, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.mark.parametrize(("name", "module"), public_names())
def test_a_public_name_exists(name: str, module: str) -> None:
    """Given a name on the page, then its module defines it."""
    assert getattr(importlib.import_module(module), name).__module__ == module


def test_the_page_names_the_entry_point() -> None:
    """Given the page, then its table has been parsed: it contains `connect`."""
    assert ("connect", "vm_ray.core.api.vmray_connect") in public_names()


def test_the_quick_start_runs(emulator: EmbeddedEmulator) -> None:
    """Given a known sample, then the quick start prints its verdict and its IOCs."""
    sample = emulator.control.add_sample(sha256=SHA256, verdict="malicious")
    first, *types, _ = quick_start(emulator, INTEGRATION.parent)
    assert first == f"{sample['sample_id']} malicious"
    assert {line.split()[0] for line in types} >= {"ips", "urls", "domains"}


def test_the_wheel_contains_the_packages_without_sdk(wheel: Path) -> None:
    """Given the wheel, then its part of `vm_ray` is exactly the packages that need no SDK."""
    expected = {
        path.relative_to(INTEGRATION.parent).as_posix()
        for package in SHIPPED
        for path in (INTEGRATION / "core" / package).glob("*.py")
    }
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    found = {name for name in names if name.startswith("vm_ray/")}
    assert found == expected | {"vm_ray/__init__.py", "vm_ray/core/__init__.py"}
    assert {"secops_lab/__init__.py", "vmray_emulator/__init__.py"} <= set(names)


def test_the_quick_start_runs_from_the_wheel(wheel: Path, emulator: EmbeddedEmulator) -> None:
    """Given only the wheel, then the quick start imports the client from it."""
    emulator.control.add_sample(sha256=SHA256, verdict="malicious")
    *_, origin = quick_start(emulator, wheel)
    assert origin.startswith(str(wheel))
