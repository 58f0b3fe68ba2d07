"""The fixtures for tests with hostile texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import Lab
from tests.support.warm_start import forked_actions  # noqa: F401 - a fixture for all tests of this folder

from secops_lab.platform import LocalPlatform
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shared_lab() -> Iterator[Lab]:
    """Yield one lab per module, so that actions run once and several tests check their sinks."""
    with EmbeddedEmulator() as vmray, LocalPlatform() as secops:
        yield Lab(vmray, secops)


@pytest.fixture
def lab(shared_lab: Lab) -> Iterator[Lab]:
    """Yield the lab with an empty VMRay; afterwards, assert that all injected faults have occurred."""
    shared_lab.vmray.control.reset()
    yield shared_lab
    assert shared_lab.vmray.control.pending_faults() == []
