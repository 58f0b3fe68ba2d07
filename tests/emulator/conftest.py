"""An emulator and a client that knows nothing but HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.emulator.api import Api

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def emulator() -> Iterator[EmbeddedEmulator]:
    """An empty server that finishes every analysis at once; faults that a test orders must be used up."""
    with EmbeddedEmulator() as running:
        yield running
        assert running.control.pending_faults() == []


@pytest.fixture
def api(emulator: EmbeddedEmulator) -> Iterator[Api]:
    """A client of that server."""
    with Api(emulator) as client:
        yield client
