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
from typing import TypeVar

from ...core.api.vmray_submit_options import SubmitOptions
from ...core.results.vmray_messages import waiting
from ...core.soar.vmray_action import Action, Outcome
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_submit_parameters import SubmitParameters
from ...core.submissions.vmray_detonation import Detonation, Stage
from ...core.submissions.vmray_idempotent_submit import SubmitRequest
from ...core.submissions.vmray_schedule import Schedule
from ...core.submissions.vmray_sources import Source
from ...core.submissions.vmray_state import State
from ...core.submissions.vmray_submission_key import ItemFacts, submission_key
from ...core.submissions.vmray_workflow import advance

Declared = TypeVar("Declared", bound=SubmitParameters)


class SubmissionAction(Action[Declared]):
    """Submits items once each, follows all that VMRay makes of them, and reports."""

    @abstractmethod
    def items(self, run: Run, params: Declared) -> list[Detonation]:
        """Check the input of the first run, and name what is to be submitted; nothing is submitted yet."""

    @abstractmethod
    def source(self, run: Run, detonation: Detonation) -> Source:
        """Return what is submitted for one item, in the first run and in each later one."""

    @abstractmethod
    def report(self, run: Run, params: Declared, detonations: Sequence[Detonation], *, last: bool) -> Outcome | None:
        """Report what is finished.

        Args:
            run: The present run.
            params: The parameters of the action.
            detonations: All items; unless this is the last chance, none of them is pending.
            last: Whether the time for the whole action is up.

        Returns:
            The outcome; None where VMRay has not collected everything yet, and there is time to wait for it.
        """

    def perform(self, run: Run, params: Declared) -> Outcome:
        """Do one run."""
        if len(sys.argv) < 3 or sys.argv[2] == "True":  # noqa: PLR2004 - the platform's own flag
            state = State(time.time(), self.items(run, params))
        else:
            state = State.from_text(self.name, run.parameters.get("additional_data"))
        detonations = state.detonations
        schedule = _schedule(run, state.begun)
        try:
            advance(
                run.client,
                detonations,
                lambda each: SubmitRequest(each.key, params.options, self.source(run, each)),
                schedule,
                run.log,
            )
            outcome = self._outcome(run, params, detonations, schedule)
            if outcome is not None:
                return outcome
        except Exception as error:  # noqa: BLE001 - whatever it is, what exists at VMRay is named
            return self.failed(run, error, kept(detonations))
        names = [each.name for each in detonations if each.stage is not Stage.FAILED]
        pending = [each.name for each in detonations if each.pending] or names
        return Outcome.in_progress(waiting(pending), state.to_text(self.name))

    def _outcome(
        self, run: Run, params: Declared, detonations: Sequence[Detonation], schedule: Schedule
    ) -> Outcome | None:
        """Report, if everything is there or this is the last chance; None to go on in another run."""
        if not schedule.is_last_run:
            if any(each.pending for each in detonations):
                return None
            with run.deadline.reserving(schedule.reserved):
                outcome = self.report(run, params, detonations, last=False)
            if outcome is not None or not schedule.is_last_run:
                return outcome
        for each in detonations:
            each.stop_tracking_children()
        return self.report(run, params, detonations, last=True)


def new_detonation(run: Run, action: str, name: str, facts: ItemFacts, options: SubmitOptions) -> Detonation:
    """Return an item that is not submitted yet, with its idempotency key."""
    key = submission_key(run.siemplify.case_id, run.siemplify.alert_id, action, facts, options)
    return Detonation(facts.item, name, key)


def _schedule(run: Run, began: float) -> Schedule:
    ends_ms = run.siemplify.async_total_duration_deadline
    interval = float(run.siemplify.async_polling_interval_in_sec or 0)
    return Schedule(run.deadline, began, ends_ms / 1000 if ends_ms else None, interval)


def kept(detonations: Sequence[Detonation]) -> list[tuple[str, str]]:
    """Name the submissions that exist at VMRay, for an action that ends without reporting on them."""
    return [
        (
            each.name,
            f"kept in VMRay: submission {', '.join(str(part.submission_id) for part in each.submissions)}",
        )
        for each in detonations
        if each.submissions
    ]
