"""Move items forward: ask how far they are, submit what is not submitted, and find what VMRay made of them.

Nothing here needs the platform: an action, a job and a notebook call ``advance`` again and again until no item is
pending.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import DeadlineError, SubmitUnresolvedError, VMRayError
from ...core.api.vmray_models import SubmitResponse
from ...core.submissions.vmray_detonation import Detonation, Stage
from ...core.submissions.vmray_idempotent_submit import SubmitRequest, Submitter
from ...core.submissions.vmray_schedule import Schedule
from ...core.submissions.vmray_tracking import follow_children, poll


def advance(
    client: Client,
    detonations: Sequence[Detonation],
    request_of: Callable[[Detonation], SubmitRequest],
    schedule: Schedule,
    log: Callable[[str], None],
) -> None:
    """Move all items as far forward as the time of this run allows; the time for reading the results is kept.

    Items that were submitted earlier come first: a submit that takes all the time of every run must not keep back the
    items that have finished.

    Args:
        client: Its deadline is that of the schedule.
        detonations: The items; they are changed in place.
        request_of: Returns what is submitted for an item.
        schedule: The time of this run and of the whole action.
        log: Writes one line for the operator.

    Raises:
        VMRayError: A cause that concerns all items; what was submitted until then is in the items.
    """
    try:
        with schedule.deadline.reserving(schedule.reserved):
            poll(client, detonations)
            follow_children(client, detonations)
            _submit(Submitter(client, schedule.deadline), detonations, request_of, log)
            follow_children(client, detonations)
    except DeadlineError:
        log("the time of this run has ended")


def _submit(
    submitter: Submitter,
    detonations: Sequence[Detonation],
    request_of: Callable[[Detonation], SubmitRequest],
    log: Callable[[str], None],
) -> None:
    """Submit concurrently what is not submitted yet; the failure of one item leaves the others alone."""

    def submit(detonation: Detonation) -> tuple[SubmitResponse, bool]:
        one = request_of(detonation)
        if detonation.stage is Stage.UNRESOLVED:
            return submitter.resolve(one, detonation.unresolved_until, detonation.superseded_ids), False
        return submitter.submit(one)

    unsubmitted = [each for each in detonations if each.stage in (Stage.WAITING, Stage.UNRESOLVED)]
    for detonation, found in map_concurrently(submit, unsubmitted):
        if isinstance(found, VMRayError):
            _record_error(detonation, found, log)
            continue
        response, adopted = found
        detonation.submitted(response)
        if adopted:
            detonation.note(f"reused submission {detonation.submission_id} from a previous run")


def _record_error(detonation: Detonation, error: VMRayError, log: Callable[[str], None]) -> None:
    """Record why an item was not submitted, or not yet."""
    match error:
        case SubmitUnresolvedError():
            if detonation.stage is Stage.WAITING:  # once is enough: the item may stay unresolved for many runs
                log(f"{detonation.name}: {error}")
            detonation.unresolved(time.time() + error.unresolved_seconds, error.superseded_ids)
        case DeadlineError():
            detonation.last_error = str(error.last or detonation.last_error)
        case _:
            detonation.failed(str(error))
