"""Each example on the real SDK, in source form and in built form, compared with the stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import Lab
from tests.support.registry import Case, every_example
from tests.support.transcript import transcript

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.platform import LocalPlatform
    from vmray_emulator import EmbeddedEmulator


@every_example
@pytest.mark.parametrize("soar_sdk", ["real"], indirect=True)
def test_the_real_sdk_gives_the_same(  # noqa: PLR0913, PLR0917 - servers, SDK, form and example
    vmray: EmbeddedEmulator,
    secops: LocalPlatform,
    soar_sdk: Path | None,
    form: Path,
    case: Case,
    tmp_path: Path,
) -> None:
    """Given the real SDK, then outputs, enrichment and all requests are the same as with the stand-in."""
    reference = transcript(Lab(vmray, secops), case, tmp_path)

    assert reference["outcome"]["state"] == "completed"
    assert transcript(Lab(vmray, secops, sdk=soar_sdk, integration=form), case, tmp_path) == reference
