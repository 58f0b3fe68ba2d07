"""What people in the field run into, in both forms of the integration and on both SDKs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import Lab
from tests.support.field_cases import CASES, FieldCase

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.platform import LocalPlatform


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_message_names_what_happened_and_what_to_check(
    case: FieldCase, form: Path, soar_sdk: Path | None, secops: LocalPlatform, tmp_path: Path
) -> None:
    """Given an input of each kind, then the action ends in the expected state with the expected message."""
    with EmbeddedEmulator(behind=case.behind, lifecycle="immediate") as vmray:
        lab = Lab(vmray, secops, sdk=soar_sdk, integration=form, network=case.network)
        run = lab.run(case.action, case.setup(lab, tmp_path))

    assert re.search(f"(?s){case.says}", run.message), run.message
    assert not re.search(case.never, run.message + run.debug_output)
    assert run.state.value == case.state
    if case.suspicious is not None:
        assert {suspicious for _, suspicious in lab.flags().values()} == {case.suspicious}
