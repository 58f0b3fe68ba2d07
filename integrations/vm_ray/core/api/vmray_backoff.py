"""Exponential back-off with jitter."""

from __future__ import annotations

import random

from ...core.api.vmray_timing import TIMING


def back_off(failures: int) -> float:
    """Return how many seconds to wait after this number of failures: doubling, limited, with jitter."""
    pause = min(TIMING.backoff_longest, TIMING.backoff_first * 2.0 ** (failures - 1))
    return pause * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
