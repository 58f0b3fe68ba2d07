"""The setting of the guarantee tests for the processes of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.guarantees.matrix.runner import quick_integration
from tests.support.warm_start import forked_actions  # noqa: F401 - a fixture for all tests of this folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def quick() -> Iterator[Path]:
    """Yield a copy of the integration that waits less."""
    with quick_integration() as copy:
        yield copy
