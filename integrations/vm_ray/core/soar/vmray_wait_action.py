"""Wait over several runs for submissions and jobs that exist already, and report them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import DeadlineError, ParameterError, VMRayError
from ...core.api.vmray_models import Sample
from ...core.api.vmray_optional import Missing, read_optional
from ...core.results.vmray_messages import waiting
from ...core.soar.vmray_action import Outcome
from ...core.soar.vmray_async_run import is_first_run, report_when_due, schedule_of
from ...core.soar.vmray_outcome_action import OutcomeAction
from ...core.soar.vmray_parameters import Parameters, boolean, param
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subject_kinds import MANY_IDS
from ...core.soar.vmray_wait_items import Found, wait_items
from ...core.soar.vmray_wait_report import presentation
from ...core.submissions.vmray_detonation import Detonation, Stage, TrackedSubmission
from ...core.submissions.vmray_jobs import WatchedJob, poll_jobs
from ...core.submissions.vmray_sample_results import read_all_results
from ...core.submissions.vmray_schedule import Schedule
from ...core.submissions.vmray_state import State
from ...core.submissions.vmray_tracking import list_children, poll


@dataclass(frozen=True)
class WaitParameters(Parameters):
    """The submissions and jobs to wait for."""

    submission_ids: tuple[str, ...] = param("Submission IDs", MANY_IDS)
    job_ids: tuple[str, ...] = param("Job IDs", MANY_IDS)
    children: bool = param("Wait For Children", boolean(), default="true")
    create_insight: bool = param("Create Insight", boolean(), default="true")

    def state(self) -> State:
        """Return the state before the first request.

        Raises:
            ParameterError: Nothing is given to wait for.
        """
        if not self.submission_ids and not self.job_ids:
            raise ParameterError("Submission IDs", "and Job IDs are both empty", "at least one id in one of the two")
        submissions = [given_submission(int(each)) for each in self.submission_ids]
        return State(time.time(), submissions, [WatchedJob(int(each)) for each in self.job_ids])


def given_submission(number: int) -> Detonation:
    """Return an item for a submission that exists already: it enters the machine as RUNNING."""
    return Detonation(str(number), f"submission {number}", "", Stage.RUNNING, [TrackedSubmission(number, 0)])


class WaitAction(OutcomeAction[WaitParameters]):
    """Waits for submissions and jobs, and reports them. Nothing is submitted, and no quota is used."""

    def perform(self, run: Run, params: WaitParameters) -> Outcome:
        """Perform one run; after a fatal error, what VMRay returned before it is shown."""
        state = params.state() if is_first_run() else State.from_text(self.name, run.parameters.get("additional_data"))
        schedule = schedule_of(run, state.begun)
        try:
            watch(run.client, state, schedule, run.log, children=params.children)
            outcome = report_when_due(
                run, schedule, state.detonations, partial(self._report, run, params, state), pending=_is_pending(state)
            )
        except VMRayError as error:  # a fatal error; what VMRay returned before it is shown
            return self._ended(run, state, Found(error=error), error)
        return outcome or Outcome.in_progress(waiting(_pending(state)), state.to_text(self.name))

    def _report(self, run: Run, params: WaitParameters, state: State, last: bool) -> Outcome | None:  # noqa: FBT001 - called by `report_when_due`
        """Read the samples, and report; None if another run can read more."""
        read = read_all_results(run.client, state.detonations, last=last)
        results = {(name, each.sample.sample_id): each for name, found in read.by_name.items() for each in found}
        if read.fatal is not None:
            return self._ended(run, state, Found(results, error=read.fatal), read.fatal)
        samples, late = _samples_of(run.client, state.jobs)
        if not last and (read.late or late):
            return None
        found = Found(results, samples)
        items = wait_items(state.detonations, state.jobs, found)
        return self.present(run, presentation(items, found, insight=params.create_insight))

    def _ended(self, run: Run, state: State, found: Found, error: VMRayError) -> Outcome:
        """End as failed because of an error that concerns all items, with the rows of what is known."""
        self.write(run, presentation(wait_items(state.detonations, state.jobs, found), found, insight=False))
        return self.failed(run, error)


def watch(client: Client, state: State, schedule: Schedule, log: Callable[[str], None], *, children: bool) -> None:
    """Read the status of all submissions and jobs, as far as the time of this run allows.

    Args:
        client: The client; its deadline is the deadline of the schedule.
        state: The submissions and jobs; they are changed in place.
        schedule: The time of this run and of the whole action.
        log: Writes one line to the log.
        children: Whether to wait for submissions that VMRay created from others.

    Raises:
        VMRayError: A fatal error; what was read before it is recorded.
    """
    try:
        with schedule.deadline.reserving(schedule.reserved):
            poll(client, state.detonations)
            poll_jobs(client, state.jobs)
            if children:
                list_children(client, state.detonations)
    except DeadlineError:
        log("the time of this run has ended")
    if not children:
        for each in state.detonations:
            each.stop_tracking_children()


def _samples_of(client: Client, jobs: Sequence[WatchedJob]) -> tuple[dict[int, Sample], bool]:
    """Read the samples of ended jobs: they have only names and links, so each is optional; say if the time ended."""
    wanted = dict.fromkeys(job.sample_id for job in jobs if job.ended and job.sample_id)
    found = dict(map_concurrently(lambda each: _sample(client, each), wanted))
    late = any(isinstance(each, Missing) and isinstance(each.error, DeadlineError) for each in found.values())
    return {number: each for number, each in found.items() if number and isinstance(each, Sample)}, late


def _sample(client: Client, number: int | None) -> Sample | Missing:
    return read_optional("the sample", lambda: client.get_sample(number or 0))


def _is_pending(state: State) -> bool:
    return any(each.pending for each in state.detonations) or any(each.pending for each in state.jobs)


def _pending(state: State) -> list[str]:
    """Return the names of what is waited for: submissions and jobs that are not finished, else all."""
    names = [f"submission {number}" for each in state.detonations if each.pending for number in each.unfinished]
    names += [f"job {each.job_id}" for each in state.jobs if each.pending]
    given = [*(each.name for each in state.detonations), *(f"job {each.job_id}" for each in state.jobs)]
    return list(dict.fromkeys(names)) or given
