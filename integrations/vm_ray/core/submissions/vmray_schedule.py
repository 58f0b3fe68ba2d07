"""The time of an action: when a run ends, whether it is the last one of several, and what is kept for the results."""

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
    """What the platform gives, as moments in Unix seconds and durations in seconds.

    Attributes:
        deadline: The end of the present run.
        action_began: When the first run began.
        action_ends: When the platform's patience with the whole action ends; None where it named no moment.
        polling_interval: What the platform lets pass between two runs.
    """

    deadline: Deadline
    action_began: float
    action_ends: float | None
    polling_interval: float

    @property
    def for_results(self) -> float:
        """How long reading the results may take at the end of the whole action."""
        if self.action_ends is None:
            return TIMING.max_last_run
        return min(TIMING.max_last_run, max(0.0, LAST_RUN_SHARE * (self.action_ends - self.action_began)))

    @property
    def is_last_run(self) -> bool:
        """Whether the results have to be reported now.

        Another run that would have too little time for them is too late, unless this one has much less time left than
        the other would have.
        """
        another = self._another(time.time())
        return another < self.for_results and self.deadline.remaining >= another / 2

    @property
    def reserved(self) -> float:
        """How much of this run is kept for the results, should another one come too late for them.

        What comes before them (submitting, asking how far everything is) ends while another run would still have enough
        time for the results, or leaves that time to this one. It gets half of this run in any case: there are no
        results of what nobody asked for.
        """
        remaining = self.deadline.remaining
        lacking = self.for_results - self._another(time.time() + remaining)
        return max(0.0, min(self.for_results, lacking, remaining / 2))

    def _another(self, ending: float) -> float:
        """How much of the whole action would be left to another run, were this one to end at that moment."""
        if self.action_ends is None:
            return float("inf")
        return self.action_ends - ending - self.polling_interval - TIMING.run_overhead


def end_of_run(run_ms: int | None, action_ms: int | None) -> float | None:
    """Return the moment (Unix seconds) by which all requests must have ended; None where the platform set none.

    Args:
        run_ms: When the platform ends this process, in Unix milliseconds; nothing where it does not say.
        action_ms: When it ends the whole of an asynchronous action, be it amid a run (inferred: nothing says that the
            last run is given less time); nothing for other actions. A moment that had passed before this run began
            does not end it.
    """
    now = time.time()
    ends = [run_ms / 1000] if run_ms else []
    if action_ms and action_ms / 1000 > now:
        ends.append(action_ms / 1000)
    if not ends:
        return None
    end = min(ends)
    return end - max(TIMING.min_margin, min(TIMING.max_margin, MARGIN_SHARE * (end - now)))
