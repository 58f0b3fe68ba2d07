"""The time of an action: when a run ends, whether the run is the last one, and the time reserved for the results."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_timing import TIMING

# The share of a run that is reserved for writing its result, between ``min_margin`` and ``max_margin``.
MARGIN_SHARE: Final = 0.1
# The share of the whole action that is reserved for reading all results in its last run, at most ``max_last_run``.
LAST_RUN_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Schedule:
    """The times that the platform sets: times in Unix seconds, durations in seconds.

    Attributes:
        deadline: The end of the current run.
        action_began: The start of the first run.
        action_ends: The end of the whole action; None if the platform set none.
        polling_interval: The time between two runs.
    """

    deadline: Deadline
    action_began: float
    action_ends: float | None
    polling_interval: float

    @property
    def for_results(self) -> float:
        """The time that reading the results may take at the end of the whole action."""
        if self.action_ends is None:
            return TIMING.max_last_run
        return min(TIMING.max_last_run, max(0.0, LAST_RUN_SHARE * (self.action_ends - self.action_began)))

    @property
    def is_last_run(self) -> bool:
        """Whether the results have to be reported in this run.

        That is so if another run would have too little time for the results, unless this run has much less time left
        than the other run would have.
        """
        another = self._another(time.time())
        return another < self.for_results and self.deadline.remaining >= another / 2

    @property
    def reserved(self) -> float:
        """The part of this run that is kept for the results, in case another run would be too late for them.

        Submitting and status requests come first. They end while another run would still have enough time for the
        results, or they leave that time to this run. They get at least half of this run: without status requests there
        are no results.
        """
        remaining = self.deadline.remaining
        lacking = self.for_results - self._another(time.time() + remaining)
        return max(0.0, min(self.for_results, lacking, remaining / 2))

    def _another(self, ending: float) -> float:
        """Return how much time of the whole action another run would have, if this run ended at ``ending``."""
        if self.action_ends is None:
            return float("inf")
        return self.action_ends - ending - self.polling_interval - TIMING.run_overhead


def end_of_run(run_ms: int | None, action_ms: int | None) -> float | None:
    """Return the time (Unix seconds) by which all requests must have ended; None if the platform set none.

    Args:
        run_ms: When the platform ends this process, in Unix milliseconds; None if the platform does not set it.
        action_ms: When the platform ends the whole asynchronous action, also in the middle of a run (inferred: it is
            not documented that the last run gets less time); None for other actions. A time before the start of this
            run is ignored.
    """
    now = time.time()
    ends = [run_ms / 1000] if run_ms else []
    if action_ms and action_ms / 1000 > now:
        ends.append(action_ms / 1000)
    if not ends:
        return None
    end = min(ends)
    return end - max(TIMING.min_margin, min(TIMING.max_margin, MARGIN_SHARE * (end - now)))
