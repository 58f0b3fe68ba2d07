"""Advance items: read the status of submissions, submit the rest, and list child submissions.

This module does not depend on the platform: an action, a job and a notebook call ``advance`` until no item is pending.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import DeadlineError, SubmitUnresolvedError, VMRayError
from ...core.api.vmray_models import SubmitResponse
from ...core.submissions.vmray_detonation import Detonation, Stage
from ...core.submissions.vmray_idempotent_submit import SubmitRequest, Submitter
from ...core.submissions.vmray_schedule import Schedule
from ...core.submissions.vmray_tracking import list_children, poll

# VMRay's response, and whether a submission of an earlier run was adopted.
Submitted: TypeAlias = tuple[SubmitResponse, bool]


def advance(
    client: Client,
    detonations: Sequence[Detonation],
    request_of: Callable[[Detonation], SubmitRequest],
    schedule: Schedule,
    log: Callable[[str], None],
) -> None:
    """Advance all items as far as the time of this run allows; the time for reading the results is kept.

    Items that were submitted earlier come first: a submit that takes all the time of every run must not delay the
    items that have finished.

    Args:
        client: The client; its deadline is the deadline of the schedule.
        detonations: The items; they are changed in place.
        request_of: Returns the submit request of an item.
        schedule: The time of this run and of the whole action.
        log: Writes one line to the log.

    Raises:
        VMRayError: A fatal error; the submissions that exist by then are recorded in the items.
    """
    try:
        with schedule.deadline.reserving(schedule.reserved):
            poll(client, detonations)
            postponed = list_children(client, detonations)
            submit_items(Submitter(client, schedule.deadline), detonations, request_of, log)
            list_children(client, detonations, postponed)
    except DeadlineError:
        log("the time of this run has ended")


def submit_items(
    submitter: Submitter,
    detonations: Sequence[Detonation],
    request_of: Callable[[Detonation], SubmitRequest],
    log: Callable[[str], None],
    ended: Callable[[Detonation, Submitted | VMRayError], None] = lambda *_: None,
) -> None:
    """Submit concurrently all items that are not submitted yet; the failure of one item does not affect the others.

    Args:
        submitter: Sends the items, each once.
        detonations: The items; they are changed in place.
        request_of: Returns the submit request of an item.
        log: Writes one line to the log.
        ended: Called for each item with VMRay's response or with the error.

    Raises:
        VMRayError: A fatal error; the submissions that exist by then are recorded in the items.
    """

    def submit(detonation: Detonation) -> Submitted:
        one = request_of(detonation)
        if detonation.stage is Stage.UNRESOLVED:
            return submitter.resolve(one, detonation.unresolved_until, detonation.superseded_ids), False
        return submitter.submit(one)

    unsubmitted = [each for each in detonations if each.stage in (Stage.WAITING, Stage.UNRESOLVED)]
    fatal: VMRayError | None = None
    # After a fatal error, the submits in progress are waited for: the submissions that exist are to be named.
    for detonation, found in map_concurrently(submit, unsubmitted, grace=submitter.deadline.remaining):
        ended(detonation, found)
        if isinstance(found, VMRayError):
            _record_error(detonation, found, log)
            fatal = fatal or (found.fatal if isinstance(found, SubmitUnresolvedError) else None)
            continue
        response, adopted = found
        detonation.submitted(response)
        if adopted:
            detonation.note(f"reused submission {detonation.submission_id} from a previous run")
    if fatal is not None:
        raise fatal


def _record_error(detonation: Detonation, error: VMRayError, log: Callable[[str], None]) -> None:
    """Record why an item was not submitted, or not yet."""
    match error:
        case SubmitUnresolvedError():
            if detonation.stage is Stage.WAITING:  # recorded once: the item may stay unresolved for many runs
                log(f"{detonation.name}: {error}")
            detonation.unresolved(time.time() + error.unresolved_seconds, error.superseded_ids)
            detonation.last_error = str(error.error)
        case DeadlineError():
            detonation.last_error = str(error.last or detonation.last_error)
        case _:
            detonation.failed(str(error))
