"""Track submissions that are being analyzed: read their status, and list their child submissions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import DeadlineError, NotFoundError, RequestError, VMRayError
from ...core.api.vmray_models import Submission, newest_submission
from ...core.submissions.vmray_detonation import Detonation, Stage, TrackedSubmission

# A list request may return some submissions of other users; with more than this, single requests cost less.
WINDOW_PER_SUBMISSION: Final = 4


def poll(client: Client, detonations: Sequence[Detonation]) -> None:
    """Read the status of the submissions of all running detonations.

    A submission whose status cannot be read stays as it is until the next run. A submission that no longer exists in
    VMRay is marked as deleted.

    Raises:
        VMRayError: A fatal error.
    """
    running = [each for each in detonations if each.stage is Stage.RUNNING and each.unfinished]
    listed = {} if any(each.last_error for each in running) else _listed(client, running)
    for submission in listed.values():
        _record(running, submission.submission_id, submission)
    numbers = dict.fromkeys(number for each in running for number in each.unfinished)
    missing = [submission_id for submission_id in numbers if submission_id not in listed]
    for submission_id, found in map_concurrently(client.get_submission, missing):
        _record(running, submission_id, found)


def _record(running: Sequence[Detonation], submission_id: int, found: Submission | VMRayError) -> None:
    """Record what was found in all detonations that wait for a submission; copies of one file can share one."""
    for detonation in running:
        if submission_id not in detonation.unfinished:
            continue
        if isinstance(found, Submission):
            detonation.update(found)
        elif isinstance(found, NotFoundError):
            detonation.mark_deleted(submission_id)
        elif not isinstance(found, DeadlineError):
            detonation.last_error = f"status could not be read: {found}"


def list_children(client: Client, detonations: Sequence[Detonation]) -> None:
    """List the children of submissions that have finished, and settle items that wait for nothing more.

    Raises:
        VMRayError: A fatal error.
    """
    running = [each for each in detonations if each.stage is Stage.RUNNING]
    _refresh_known(client, running)
    while waiting := [(each, tracked) for each in running for tracked in each.without_listed_children]:
        progress = False
        for (detonation, tracked), found in map_concurrently(lambda pair: _children(client, pair[1]), waiting):
            if isinstance(found, VMRayError):
                problem = f"child submissions of {tracked.submission_id} could not be listed: {found}"
                detonation.last_error = problem
            else:
                detonation.children(tracked, found)
                progress = True
        if not progress:
            break
    for detonation in running:
        detonation.settle()


def _listed(client: Client, running: Sequence[Detonation]) -> dict[int, Submission]:
    """Read several submissions with one request, if their ids are close together.

    If the request fails, the next run does not repeat it: it may have taken all the time of this run.
    """
    ids = sorted({number for each in running for number in each.unfinished})
    if len(ids) < 2 or ids[-1] - ids[0] >= WINDOW_PER_SUBMISSION * len(ids):  # noqa: PLR2004 - a range needs two ids
        return {}
    try:
        found = client.list_submissions_between(ids[0], ids[-1])
    except (RequestError, DeadlineError) as error:
        if error.is_fatal:
            raise
        for each in running:
            each.last_error = f"status could not be read: {error}"
        return {}
    return {each.submission_id: each for each in found}


def _refresh_known(client: Client, running: Sequence[Detonation]) -> None:
    """Read the newest submission of samples that VMRay already had: if it still runs, its result is waited for."""
    known = [(each, number) for each in running for number in each.unchecked_sample_ids]
    for (detonation, sample_id), found in map_concurrently(
        lambda pair: client.list_submissions_of_sample(pair[1]), known
    ):
        if not isinstance(found, VMRayError):
            detonation.record_latest(sample_id, newest_submission(found))
            continue
        problem = f"previous submissions could not be listed: {found}"
        if isinstance(found, RequestError) and not found.retryable:
            detonation.note(problem)
            detonation.record_latest(sample_id, None)
        else:
            detonation.last_error = problem


def _children(client: Client, tracked: TrackedSubmission) -> list[Submission]:
    return client.list_child_submissions(tracked.submission_id)
