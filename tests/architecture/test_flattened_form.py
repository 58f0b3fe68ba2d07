"""The built form is the source form in other folders: all actions run from it and give the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import Lab
from tests.support.registry import ACTIONS, Case, every_example
from tests.support.transcript import transcript
from tools.flatten import flatten
from tools.hub_package import build
from tools.hub_step import INTEGRATION

from secops_lab.platform import LocalPlatform
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[EmbeddedEmulator, LocalPlatform]]:
    """One VMRay and one SecOps for both forms: their ports are the same."""
    with EmbeddedEmulator() as vmray, LocalPlatform() as secops:
        yield vmray, secops


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built form, as it would be unpacked by the platform."""
    folder = tmp_path_factory.mktemp("built") / "VMRay"
    build(INTEGRATION, folder)
    return folder


@every_example
def test_the_built_form_gives_the_same(
    servers: tuple[EmbeddedEmulator, LocalPlatform], built: Path, case: Case, tmp_path: Path
) -> None:
    """Given the built form, then messages, results, enrichment and requests are those of the source form."""
    reference = transcript(Lab(*servers), case, tmp_path)

    assert reference["outcome"]["state"] == "completed"
    assert transcript(Lab(*servers, integration=built), case, tmp_path) == reference


def test_flattening_leaves_the_source_untouched(tmp_path: Path) -> None:
    """Given the source, then flattening it twice writes the same files, and a script for each action."""
    flatten(INTEGRATION, tmp_path / "one")
    flatten(INTEGRATION, tmp_path / "two")
    one, two = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two
    scripts = {path.stem for path in one if path.parts[0] == "ActionsScripts"}
    assert scripts == {action.stem for action in ACTIONS}
