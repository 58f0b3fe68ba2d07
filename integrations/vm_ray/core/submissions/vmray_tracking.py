"""Look after submissions that are being analysed: ask how far they are, and for what VMRay made out of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import DeadlineError, NotFoundError, RequestError, VMRayError
from ...core.api.vmray_models import Submission, newest_submission
from ...core.submissions.vmray_detonation import Detonation, Stage, TrackedSubmission

# One listing may bring a few submissions of other users along; more of them than this would cost more than it saves.
WINDOW_PER_SUBMISSION: Final = 4


def poll(client: Client, detonations: Sequence[Detonation]) -> None:
    """Ask how far the submissions of all running detonations are.

    A submission that cannot be asked for is left as it is, to be asked for again in the next run. One that VMRay no
    longer knows can never finish: its detonation fails.

    Raises:
        VMRayError: A cause that concerns all.
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
    """Tell all detonations that wait for a submission what was found; copies of one file can share one."""
    for detonation in running:
        if submission_id not in detonation.unfinished:
            continue
        if isinstance(found, Submission):
            detonation.update(found)
        elif isinstance(found, NotFoundError):
            detonation.mark_deleted(submission_id)
        elif not isinstance(found, DeadlineError):
            detonation.last_error = f"status could not be read: {found}"


def follow_children(client: Client, detonations: Sequence[Detonation]) -> None:
    """Ask what VMRay made out of submissions that have finished, and settle what has nothing left to wait for.

    Raises:
        VMRayError: A cause that concerns all.
    """
    running = [each for each in detonations if each.stage is Stage.RUNNING]
    _refresh_known(client, running)
    while waiting := [(each, part) for each in running for part in each.unfollowed]:
        progress = False
        for (detonation, part), found in map_concurrently(lambda pair: _children(client, pair[1]), waiting):
            if isinstance(found, VMRayError):
                said = f"child submissions of {part.submission_id} could not be listed: {found}"
                detonation.last_error = said
            else:
                detonation.children(part, found)
                progress = True
        if not progress:
            break
    for detonation in running:
        detonation.settle()


def _listed(client: Client, running: Sequence[Detonation]) -> dict[int, Submission]:
    """Ask for several submissions in one request, where their ids lie close together.

    Where that fails, the next run does not try it again: it may have taken all of this one's time.
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
    """For samples that VMRay knew: its newest submission may still be running, then its result is waited for."""
    known = [(each, number) for each in running for number in each.unchecked_sample_ids]
    for (detonation, sample_id), found in map_concurrently(
        lambda pair: client.list_submissions_of_sample(pair[1]), known
    ):
        if not isinstance(found, VMRayError):
            detonation.record_latest(sample_id, newest_submission(found))
            continue
        said = f"previous submissions could not be listed: {found}"
        if isinstance(found, RequestError) and not found.retryable:
            detonation.note(said)
            detonation.record_latest(sample_id, None)
        else:
            detonation.last_error = said


def _children(client: Client, part: TrackedSubmission) -> list[Submission]:
    return client.list_child_submissions(part.submission_id)
