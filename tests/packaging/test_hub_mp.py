"""The hub's own tool agrees: every rule kept, and its build says the same as ours."""

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
def test_only_every_rule_checked_and_kept_is_clean(line: str, clean: bool) -> None:  # noqa: FBT001 - a parametrized value
    """A fatal rule hides those after it, and a tool that finds nothing passes all: neither is clean."""
    found = FIGURES.search(line)
    assert found is not None
    assert Figures(*map(int, found.groups())).clean is clean


def test_a_cheerful_answer_without_figures_has_none() -> None:
    """`All Validations Passed` is also said where nothing was validated."""
    assert FIGURES.search("All Validations Passed") is None


@needs_mp
def test_mp_keeps_every_rule_and_builds_what_we_build(tmp_path: Path) -> None:
    """`mp validate` counts 23 of 23, and `mp build` gives our own builder's files, value by value."""
    mp = find_mp()
    assert mp is not None
    hub = Hub(mp, tmp_path / "hub")
    hub.export(INTEGRATION, find_sdk())
    figures, said = hub.validate(INTEGRATION.name)
    assert figures == Figures(23, 23, 23), said
    built = hub.build(INTEGRATION.name, IDENTIFIER)
    assert missing(INTEGRATION, built) == []
    own = tmp_path / IDENTIFIER
    build(INTEGRATION, own)
    assert differences(own, built) == []


@needs_mp
def test_exporting_leaves_the_source_as_it_was(tmp_path: Path) -> None:
    """The lock file and the SDK's address exist in the copy alone."""
    before = sorted(path.name for path in INTEGRATION.iterdir())
    mp = find_mp()
    assert mp is not None
    copy = Hub(mp, tmp_path / "hub").export(INTEGRATION, find_sdk())
    assert (copy / "uv.lock").is_file()
    assert sorted(path.name for path in INTEGRATION.iterdir()) == before


@needs_mp
def test_mp_builds_the_same_connectors_and_jobs(tmp_path: Path) -> None:
    """The integration with a connector and a job more is built as `mp` builds it, value by value."""
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
