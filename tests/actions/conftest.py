"""The laboratory of the action tests: real processes, a real socket to VMRay, a real socket to SecOps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import Lab

from secops_lab.platform import LocalPlatform
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def vmray() -> Iterator[EmbeddedEmulator]:
    """An emulated VMRay for all tests; each begins with an empty one (see `lab`)."""
    with EmbeddedEmulator() as running:
        yield running


@pytest.fixture(scope="session")
def secops() -> Iterator[LocalPlatform]:
    """A local SecOps for all tests; each has cases of its own."""
    with LocalPlatform() as running:
        yield running


@pytest.fixture
def lab(vmray: EmbeddedEmulator, secops: LocalPlatform) -> Iterator[Lab]:
    """The laboratory, with nothing in it; a fault that a test ordered must have been met when it ends."""
    vmray.control.reset()
    vmray.control.set_lifecycle("immediate")
    yield Lab(vmray, secops)
    assert vmray.control.pending_faults() == []
