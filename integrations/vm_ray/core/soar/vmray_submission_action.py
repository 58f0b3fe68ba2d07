"""The base of actions that submit items, wait for the results over several runs of the process, and report.

The whole state is in the value that the platform returns to the next run. Each run submits what is not submitted yet,
and reads the status of the rest. Then the run either reports or requests another run. When the time for the whole
action ends, finished items are reported, and the others are named.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from ...core.results.vmray_messages import waiting
from ...core.soar.vmray_action import Action, Outcome
from ...core.soar.vmray_async_run import is_first_run, report_when_due, schedule_of
from ...core.soar.vmray_detonations import existing_submissions
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_submit_parameters import SubmitParameters
from ...core.submissions.vmray_detonation import Detonation, Stage
from ...core.submissions.vmray_idempotent_submit import SubmitRequest
from ...core.submissions.vmray_sources import Source
from ...core.submissions.vmray_state import State
from ...core.submissions.vmray_workflow import advance

Declared = TypeVar("Declared", bound=SubmitParameters)


class PartialReportError(Exception):
    """An error ended the action after a part of the report was shown.

    Attributes:
        error: The error.
        kept: Details about what was shown.
    """

    def __init__(self, error: Exception, kept: Sequence[tuple[str, str]]) -> None:
        """Store the error and the details."""
        super().__init__(error, kept)
        self.error = error
        self.kept = kept


class SubmissionAction(Action[Declared]):
    """Submits each item once, tracks the submissions that VMRay creates, and reports."""

    @abstractmethod
    def items(self, run: Run, params: Declared) -> list[Detonation]:
        """Check the input of the first run, and return the items to submit; nothing is submitted yet."""

    @abstractmethod
    def source(self, run: Run, detonation: Detonation) -> Source:
        """Return the source of one item, in the first run and in each later run."""

    @abstractmethod
    def report(self, run: Run, params: Declared, detonations: Sequence[Detonation], *, last: bool) -> Outcome | None:
        """Report the finished items.

        Args:
            run: The current run.
            params: The parameters of the action.
            detonations: All items; none of them is pending unless this is the last run.
            last: Whether this is the last run.

        Returns:
            The outcome; None if VMRay is still collecting data and there is time to wait for it.

        Raises:
            PartialReportError: An error ended the action; what was read before it is shown.
        """

    def perform(self, run: Run, params: Declared) -> Outcome:
        """Perform one run."""
        if is_first_run():
            state = State(time.time(), self.items(run, params))
        else:
            state = State.from_text(self.name, run.parameters.get("additional_data"))
        detonations = state.detonations
        schedule = schedule_of(run, state.begun)
        try:
            advance(
                run.client,
                detonations,
                lambda each: SubmitRequest(each.key, params.options, self.source(run, each)),
                schedule,
                run.log,
            )
            outcome = report_when_due(
                run,
                schedule,
                detonations,
                lambda last: self.report(run, params, detonations, last=last),
                pending=any(each.pending for each in detonations),
            )
            if outcome is not None:
                return outcome
        except PartialReportError as partial:
            return self.failed(run, partial.error, [*partial.kept, *existing_submissions(detonations)])
        except Exception as error:  # noqa: BLE001 - after any error, existing submissions are named
            return self.failed(run, error, existing_submissions(detonations))
        names = [name for each in detonations if each.stage is not Stage.FAILED for name in each.names]
        pending = [name for each in detonations if each.pending for name in each.names] or names
        return Outcome.in_progress(waiting(pending), state.to_text(self.name))
