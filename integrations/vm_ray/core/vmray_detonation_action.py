"""The base of actions that submit something, wait for it over several runs of the process, and report.

The whole state travels in the value that the platform hands back. Each run submits what is not submitted yet, asks how
far the rest is, and either reports or asks to be called again. When the time for the whole action runs out, what is
finished is reported and what is not is named.
"""

from __future__ import annotations

import sys
import time
from abc import abstractmethod
from collections.abc import Sequence
from typing import Final

from ..core.vmray_action import Action, Outcome, Run
from ..core.vmray_client import SubmitOptions
from ..core.vmray_crew import side_by_side
from ..core.vmray_detonation import Detonation, Stage
from ..core.vmray_errors import DeadlineReached, SubmitUnresolved, VMRayError
from ..core.vmray_follow import follow_children, poll
from ..core.vmray_messages import waiting
from ..core.vmray_models import SubmitAnswer
from ..core.vmray_params import submit_options
from ..core.vmray_state import State
from ..core.vmray_submit import OneSubmit, Submitter

# Time kept for the last run: it has to read all results before the platform's patience ends. A share of the time for
# the whole action, at most so many seconds.
LAST_RUN_SHARE: Final = 0.25
MAX_LAST_RUN: Final = 60.0
# Seconds that a run loses to starting and to writing its result.
START_AND_END: Final = 2.0


class DetonationAction(Action):
    """Submits items once each, follows all that VMRay makes of them, and reports."""

    @abstractmethod
    def items(self, run: Run, options: SubmitOptions) -> list[Detonation]:
        """Check the input of the first run, and name what is to be submitted; nothing is submitted yet."""

    @abstractmethod
    def one_submit(self, run: Run, detonation: Detonation, options: SubmitOptions) -> OneSubmit:
        """Say how one item is submitted."""

    @abstractmethod
    def report(self, run: Run, detonations: Sequence[Detonation], *, last: bool) -> Outcome | None:
        """Report what is finished.

        Args:
            run: The present run.
            detonations: All items; unless this is the last chance, none of them is pending.
            last: Whether the time for the whole action is up.

        Returns:
            The outcome; None where VMRay has not collected everything yet, and there is time to wait for it.
        """

    def perform(self, run: Run) -> Outcome:
        """Do one run."""
        options = submit_options(run.parameters)
        first = len(sys.argv) < 3 or sys.argv[2] == "True"  # noqa: PLR2004 - the platform's own flag
        if first:
            state = State(time.time(), self.items(run, options))
        else:
            state = State.from_text(self.name, run.parameters.get("additional_data"))
        detonations = state.detonations
        needed = _time_for_results(run, state.begun)
        try:
            self._advance(run, detonations, options, needed, ask=not first)
            outcome = self._outcome(run, detonations, needed)
            if outcome is not None:
                return outcome
        except Exception as error:  # noqa: BLE001 - whatever it is, what exists at VMRay is named
            return self.failed(run, error, kept(detonations))
        names = [each.name for each in detonations if each.stage is not Stage.FAILED]
        pending = [each.name for each in detonations if each.pending] or names
        return Outcome.in_progress(waiting(pending), state.to_text(self.name))

    def _outcome(self, run: Run, detonations: Sequence[Detonation], needed: float) -> Outcome | None:
        """Report, if everything is there or this is the last chance; None to go on in another run."""
        if not is_last_run(run, needed):
            if any(each.pending for each in detonations):
                return None
            with run.deadline.earlier(_reserved(run, needed)):
                outcome = self.report(run, detonations, last=False)
            if outcome is not None or not is_last_run(run, needed):
                return outcome
        for each in detonations:
            each.childless()
        return self.report(run, detonations, last=True)

    def _advance(
        self, run: Run, detonations: Sequence[Detonation], options: SubmitOptions, needed: float, *, ask: bool
    ) -> None:
        """Ask how far everything is, and submit the rest, for as long as time is left after that to read the results.

        Asking comes first, so that a submit that takes all the time of every run cannot keep back what has finished.
        """
        try:
            with run.deadline.earlier(_reserved(run, needed)):
                if ask:
                    poll(run.client, detonations)
                    follow_children(run.client, detonations)
                self._submit(run, detonations, options)
                follow_children(run.client, detonations)
        except DeadlineReached:
            run.log("the time of this run is up")

    def _submit(self, run: Run, detonations: Sequence[Detonation], options: SubmitOptions) -> None:
        """Submit what is not submitted yet, side by side; an item's own failure is its own."""
        waiting_ones = [each for each in detonations if each.stage in (Stage.WAITING, Stage.UNRESOLVED)]
        submitter = Submitter(run.client, run.deadline) if waiting_ones else None

        def submit(detonation: Detonation) -> tuple[SubmitAnswer, bool]:
            assert submitter is not None  # noqa: S101 - for the type checker
            one = self.one_submit(run, detonation, options)
            if detonation.stage is Stage.UNRESOLVED:
                return submitter.resolve(one, detonation.certain_at, detonation.stale), False
            return submitter.submit(one)

        for detonation, found in side_by_side(submit, waiting_ones):
            match found:
                case SubmitUnresolved():
                    if detonation.stage is Stage.WAITING:  # once is enough: it may stay so for many runs
                        run.log(f"{detonation.name}: {found}")
                    detonation.unresolved(time.time() + found.certain_after, found.stale)
                case DeadlineReached():
                    detonation.trouble = str(found.last or detonation.trouble)
                case VMRayError():
                    detonation.failed(str(found))
                case (answer, adopted):
                    detonation.submitted(answer)
                    if adopted:
                        detonation.note(f"went on with submission {detonation.submission_id} of an earlier run")


def is_last_run(run: Run, needed: float) -> bool:
    """Tell whether the results have to be reported now, because the whole action ends soon.

    Args:
        run: The present run.
        needed: Seconds that reporting may take. Another run that would have less than that is too late, unless this one
            has much less time left than the other would have.
    """
    end_ms = run.siemplify.async_total_duration_deadline
    if not end_ms:
        return False
    pause = float(run.siemplify.async_polling_interval_in_sec or 0) + START_AND_END
    another = end_ms / 1000 - time.time() - pause
    return another < needed and run.deadline.remaining >= another / 2


def _time_for_results(run: Run, begun: float) -> float:
    """Return the seconds that are kept for reading the results at the end of the whole action."""
    end_ms = run.siemplify.async_total_duration_deadline
    if not end_ms:
        return MAX_LAST_RUN
    return min(MAX_LAST_RUN, max(0.0, LAST_RUN_SHARE * (end_ms / 1000 - begun)))


def _reserved(run: Run, needed: float) -> float:
    """Return how many of these seconds lie within this run, since the whole action ends with it or soon after."""
    end_ms = run.siemplify.async_total_duration_deadline
    if not end_ms:
        return 0.0
    run_ends = time.time() + run.deadline.remaining
    return max(0.0, min(needed, run_ends + needed + START_AND_END - end_ms / 1000))


def kept(detonations: Sequence[Detonation]) -> list[tuple[str, str]]:
    """Name the submissions that exist at VMRay, for an action that ends without reporting on them."""
    return [
        (
            each.name,
            f"submission {', '.join(str(part.submission_id) for part in each.parts)} is kept at VMRay",
        )
        for each in detonations
        if each.parts
    ]
