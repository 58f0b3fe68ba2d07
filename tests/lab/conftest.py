"""Fixtures: the toy integration in source form and built form, on the stand-in and on the real SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.lab.toy_integration import Toy

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.platform import LocalPlatform


@pytest.fixture
def toy(tmp_path: Path, platform: LocalPlatform, soar_sdk: Path | None) -> Toy:
    """Return the toy integration in source form, once for each SDK."""
    return Toy(tmp_path, platform, soar_sdk)


@pytest.fixture(params=["source", "built"])
def toy_in_both_forms(
    request: pytest.FixtureRequest, tmp_path: Path, platform: LocalPlatform, soar_sdk: Path | None
) -> Toy:
    """Return the toy integration, once for each form and each SDK."""
    return Toy(tmp_path, platform, soar_sdk, request.param)


@pytest.fixture
def stand_in_toy(tmp_path: Path, platform: LocalPlatform) -> Toy:
    """Return the toy integration in source form, for the stand-in."""
    return Toy(tmp_path, platform, None)
