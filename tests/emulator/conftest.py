"""Fixtures: an emulator and an HTTP client of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.emulator.api import Api

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def emulator() -> Iterator[EmbeddedEmulator]:
    """Start an empty emulator that finishes each analysis at once. A test must use all its faults."""
    with EmbeddedEmulator() as running:
        yield running
        assert running.control.pending_faults() == []


@pytest.fixture
def api(emulator: EmbeddedEmulator) -> Iterator[Api]:
    """Return a client of that emulator."""
    with Api(emulator) as client:
        yield client
