"""How long a run waits for IOCs and threat indicators that VMRay is still collecting."""

from __future__ import annotations

import time
from functools import cached_property

from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_timing import TIMING


class AggregationWait:
    """How long a run waits for what VMRay is still collecting: the same time for all of its samples.

    It begins with the first wait and ends after ``aggregation_timeout`` seconds, or at half of the time that the run
    has left. Were it each sample's own, a server that never finishes would use up the run of a large batch.
    """

    def __init__(self, deadline: Deadline) -> None:
        """Begin nothing yet."""
        self._deadline = deadline

    @cached_property
    def _ends(self) -> float:
        return time.monotonic() + min(TIMING.aggregation_timeout, self._deadline.remaining / 2)

    def wait(self, seconds: float) -> bool:
        """Wait so long and return True, unless that would be too long."""
        if time.monotonic() + seconds >= self._ends:
            return False
        time.sleep(seconds)
        return True
