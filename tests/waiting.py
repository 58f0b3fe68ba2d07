"""Waiting for what other threads and processes do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENT = 60  # seconds that anything may take on a busy machine


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, no longer than a busy machine takes."""
    latest = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < latest
        time.sleep(0.01)
