"""Exponential back-off with jitter."""

from __future__ import annotations

import random


def back_off(failures: int) -> float:
    """Return how many seconds to wait after so many failures of one request: doubling, with jitter, at most 30."""
    return min(30.0, 0.25 * 2.0 ** (failures - 1)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
