"""The tiny integration as a fixture, in both forms and on both SDKs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.lab.toy_integration import Toy

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.platform import LocalPlatform


@pytest.fixture
def toy(tmp_path: Path, platform: LocalPlatform, soar_sdk: Path | None) -> Toy:
    """Write the tiny integration in source form, for either SDK."""
    return Toy(tmp_path, platform, soar_sdk)


@pytest.fixture(params=["source", "built"])
def toy_in_both_forms(
    request: pytest.FixtureRequest, tmp_path: Path, platform: LocalPlatform, soar_sdk: Path | None
) -> Toy:
    """Write the tiny integration in either form, for either SDK."""
    return Toy(tmp_path, platform, soar_sdk, request.param)


@pytest.fixture
def stand_in_toy(tmp_path: Path, platform: LocalPlatform) -> Toy:
    """Write the tiny integration in source form, for the stand-in."""
    return Toy(tmp_path, platform, None)
