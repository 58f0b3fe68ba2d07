"""Fixtures of the action tests: real processes, and real sockets to the emulator and to the local SecOps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import INTEGRATION, Lab
from tests.support.warm_start import forked_actions  # noqa: F401 - a fixture for all tests of this folder
from tools.hub_package import build

from secops_lab.platform import LocalPlatform
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def vmray() -> Iterator[EmbeddedEmulator]:
    """Start one emulator for all tests; `lab` empties it before each test."""
    with EmbeddedEmulator() as running:
        yield running


@pytest.fixture(scope="session")
def secops() -> Iterator[LocalPlatform]:
    """Start one local SecOps for all tests; each test has its own cases."""
    with LocalPlatform() as running:
        yield running


@pytest.fixture
def lab(vmray: EmbeddedEmulator, secops: LocalPlatform) -> Iterator[Lab]:
    """Return an empty lab. At the end of the test, each ordered fault must have been used."""
    vmray.control.reset()
    vmray.control.set_lifecycle("immediate")
    yield Lab(vmray, secops)
    assert vmray.control.pending_faults() == []


@pytest.fixture(scope="module", params=["source", "built"])
def form(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the integration in one of its forms."""
    if request.param == "source":
        return INTEGRATION
    folder = tmp_path_factory.mktemp("built") / "VMRay"
    build(INTEGRATION, folder)
    return folder
