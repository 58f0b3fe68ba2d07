"""How long a run waits for IOCs and threat indicators that VMRay is still collecting."""

from __future__ import annotations

import time
from functools import cached_property

from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_timing import TIMING


class AggregationWait:
    """The time that a run waits for IOCs and threat indicators, shared by all of its samples.

    The time starts with the first wait. It ends after ``aggregation_timeout`` seconds, or at half of the time that the
    run has left. If each sample had its own time, a server that never finishes would use up the run of a large batch.
    """

    def __init__(self, deadline: Deadline) -> None:
        """Store the deadline; the time starts with the first ``wait``."""
        self._deadline = deadline

    @cached_property
    def _ends(self) -> float:
        return time.monotonic() + min(TIMING.aggregation_timeout, self._deadline.remaining / 2)

    def wait(self, seconds: float) -> bool:
        """Wait and return True; return False at once if the wait would not end in time."""
        if time.monotonic() + seconds >= self._ends:
            return False
        time.sleep(seconds)
        return True
