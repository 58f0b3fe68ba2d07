"""The hub's tool `mp` accepts the integration, and builds the same files as our builder."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.lab.toy_integration import add_scheduled_scripts
from tools.hub_mp import FIGURES, Figures, Hub, find_mp, find_sdk
from tools.hub_package import build, differences, missing
from tools.hub_step import IDENTIFIER, INTEGRATION

if TYPE_CHECKING:
    from pathlib import Path

needs_mp = pytest.mark.skipif(
    not {"MP", "SOAR_SDK_DIR"} <= os.environ.keys(),
    reason="MP names no mp, the content hub's tool, or SOAR_SDK_DIR no checkout of its SDK",
)


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("Integration: vm_ray | Passed: 23 | Executed: 23 / 23 validations", True),
        ("Integration: vm_ray | Passed: 21 | Executed: 23 / 23 validations", False),
        ("Integration: vm_ray | Passed: 22 | Executed: 22 / 23 validations", False),
        ("Integration: vm_ray | Passed: 0 | Executed: 0 / 0 validations", False),
    ],
)
def test_a_validation_is_clean_only_if_all_rules_ran_and_passed(line: str, clean: bool) -> None:  # noqa: FBT001 - a parametrized value
    """A fatal rule hides later rules, and a run without rules passes: both are not clean."""
    found = FIGURES.search(line)
    assert found is not None
    assert Figures(*map(int, found.groups())).clean is clean


def test_an_output_without_figures_has_no_figures() -> None:
    """Given `All Validations Passed`, which an empty validation prints too, then there are no figures."""
    assert FIGURES.search("All Validations Passed") is None


@needs_mp
def test_mp_accepts_the_integration_and_builds_the_same_files(tmp_path: Path) -> None:
    """Given the integration, then `mp validate` passes 23 of 23, and `mp build` writes the same files."""
    mp = find_mp()
    assert mp is not None
    hub = Hub(mp, tmp_path / "hub")
    hub.export(INTEGRATION, find_sdk())
    figures, output = hub.validate(INTEGRATION.name)
    assert figures == Figures(23, 23, 23), output
    built = hub.build(INTEGRATION.name, IDENTIFIER)
    assert missing(INTEGRATION, built) == []
    own = tmp_path / IDENTIFIER
    build(INTEGRATION, own)
    assert differences(own, built) == []


@needs_mp
def test_an_export_does_not_change_the_source(tmp_path: Path) -> None:
    """Given an export, then the lock file and the address of the SDK are only in the copy."""
    before = sorted(path.name for path in INTEGRATION.iterdir())
    mp = find_mp()
    assert mp is not None
    copy = Hub(mp, tmp_path / "hub").export(INTEGRATION, find_sdk())
    assert (copy / "uv.lock").is_file()
    assert sorted(path.name for path in INTEGRATION.iterdir()) == before


@needs_mp
def test_mp_builds_the_same_connectors_and_jobs(tmp_path: Path) -> None:
    """Given an integration with a connector and a job, then `mp` builds the same files, value by value."""
    source = tmp_path / INTEGRATION.name
    shutil.copytree(INTEGRATION, source, ignore=shutil.ignore_patterns("__pycache__"))
    add_scheduled_scripts(source)
    mp = find_mp()
    assert mp is not None
    hub = Hub(mp, tmp_path / "hub")
    hub.export(source, find_sdk())
    built = hub.build(source.name, IDENTIFIER)
    assert missing(source, built) == []
    own = tmp_path / IDENTIFIER
    build(source, own)
    assert differences(own, built) == []
