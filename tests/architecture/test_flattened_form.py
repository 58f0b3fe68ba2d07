"""All actions run from the built form, with the same results as from the source form."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

import pytest
from tests.actions.lab import Lab
from tests.support.registry import ACTIONS, USUAL, Case, every_example
from tests.support.transcript import transcript
from tests.support.warm_start import warm_start
from tools.flatten import flatten
from tools.hub_package import build
from tools.hub_step import INTEGRATION

from secops_lab.platform import LocalPlatform
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEW_INTERPRETERS: Final = [
    next(case for case in USUAL if case.action.is_async is kind) for kind in (True, False)
]


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[EmbeddedEmulator, LocalPlatform]]:
    """Yield one VMRay and one SecOps for both forms, so that their ports are the same."""
    with EmbeddedEmulator() as vmray, LocalPlatform() as secops:
        yield vmray, secops


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built form, as the platform unpacks it."""
    folder = tmp_path_factory.mktemp("built") / "VMRay"
    build(INTEGRATION, folder)
    return folder


@every_example
def test_the_built_form_has_the_same_results(
    servers: tuple[EmbeddedEmulator, LocalPlatform], built: Path, case: Case, tmp_path: Path
) -> None:
    """Given the built form, then messages, results, enrichment and requests are those of the source form."""
    with warm_start():
        reference = transcript(Lab(*servers), case, tmp_path)
    # one action with one run, and one with several, start a new interpreter, as on the platform
    with nullcontext() if case in NEW_INTERPRETERS else warm_start():
        in_built_form = transcript(Lab(*servers, integration=built), case, tmp_path)

    assert reference["outcome"]["state"] == "completed"
    assert in_built_form == reference


def test_flattening_is_reproducible_and_has_every_action(tmp_path: Path) -> None:
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
