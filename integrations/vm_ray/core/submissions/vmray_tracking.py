"""Track submissions that are being analyzed: read their status, and list their child submissions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import DeadlineError, VMRayError
from ...core.api.vmray_models import Submission, newest_submission
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_request_errors import NotFoundError, RequestError
from ...core.submissions.vmray_detonation import Detonation, Stage, TrackedSubmission

# A list request may return some submissions of other users; with more than this, single requests cost less.
WINDOW_PER_SUBMISSION: Final = 4
# So many lists that are left to the next run are named if no other run follows.
MAX_PROBLEMS: Final = 5
# Lists that are left to the next run, by the name of the item and the part; the value is the reason.
Postponed: TypeAlias = dict[tuple[str, str], str]


def poll(client: Client, detonations: Sequence[Detonation]) -> None:
    """Read the status of the submissions of all running detonations.

    A submission whose status cannot be read stays as it is until the next run. A submission that no longer exists in
    VMRay is marked as deleted.

    Raises:
        VMRayError: A fatal error.
    """
    running = [each for each in detonations if each.stage is Stage.RUNNING and each.unfinished]
    listed = _listed(client, [each for each in running if not each.last_error])
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


def list_children(client: Client, detonations: Sequence[Detonation], postponed: Postponed | None = None) -> Postponed:
    """List the children of submissions that have finished, and settle items that wait for nothing more.

    Both lists are optional: an error is a note, or the next run lists them again.

    Args:
        client: The client for the requests.
        detonations: All items.
        postponed: What this function returned earlier in the same run.

    Returns:
        The lists that are left to the next run because VMRay could not be reached.
    """
    postponed = postponed or {}
    running = [each for each in detonations if each.stage is Stage.RUNNING]
    _refresh_known(client, running, postponed)
    while waiting := [
        (each, tracked)
        for each in running
        for tracked in each.without_listed_children
        if (each.name, _part(tracked)) not in postponed
    ]:
        progress = False
        for (detonation, tracked), found in map_concurrently(lambda pair: _children(client, pair[1]), waiting):
            progress = _record_children(detonation, tracked, found, postponed) or progress
        if not progress:
            break
    for detonation in running:
        problems = [problem for (name, _), problem in postponed.items() if name == detonation.name]
        detonation.last_error = "; ".join(problems[:MAX_PROBLEMS]) or detonation.last_error
        detonation.settle()
    return postponed


def _record_children(
    detonation: Detonation,
    tracked: TrackedSubmission,
    found: list[Submission] | Missing | VMRayError,
    postponed: Postponed,
) -> bool:
    """Record the children of one submission, or why there are none; return False if they are to be listed again.

    Children are optional. If VMRay rejects the request twice, or cannot be reached in two runs, the item does not wait
    for them until its deadline.
    """
    if isinstance(found, list):
        detonation.children(tracked, found)
        return True
    error = found.error if isinstance(found, Missing) else found
    problem = f"{_part(tracked)} could not be listed: {error}"
    is_limited = error.is_fatal or not _may_succeed(error)
    if (is_limited and tracked.children_rejected) or (error.is_fatal and not _may_succeed(error)):
        detonation.note(problem)
        detonation.children(tracked, ())
        return True
    tracked.children_rejected = is_limited
    detonation.last_error = problem
    if error.is_fatal:
        postponed[detonation.name, _part(tracked)] = problem
    return False


def _part(tracked: TrackedSubmission) -> str:
    return f"child submissions of {tracked.submission_id}"


def _may_succeed(error: VMRayError) -> bool:
    """Return whether another run may succeed where this one did not."""
    return isinstance(error, DeadlineError) or (isinstance(error, RequestError) and error.retryable)


def _listed(client: Client, running: Sequence[Detonation]) -> dict[int, Submission]:
    """Read several submissions with one request, where their ids are close together.

    The request is optional: single requests stand in for it. If it fails, the next run does not repeat it: the request
    may have taken all the time of this run.
    """
    found: dict[int, Submission] = {}
    windows = windows_of({number for each in running for number in each.unfinished})
    for (first, last), listed in map_concurrently(lambda window: _between(client, *window), windows):
        if isinstance(listed, list):
            found |= {each.submission_id: each for each in listed}
            continue
        note = listed.note if isinstance(listed, Missing) else str(listed)
        for each in running:
            if any(first <= number <= last for number in each.unfinished):
                each.last_error = note
    return found


def windows_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and the last id of each group of two or more ids that are close together."""
    groups: list[list[int]] = []
    for number in sorted(numbers):
        if groups and number - groups[-1][0] < WINDOW_PER_SUBMISSION * (len(groups[-1]) + 1):
            groups[-1].append(number)
        else:
            groups.append([number])
    return [(group[0], group[-1]) for group in groups if len(group) > 1]


def _between(client: Client, first: int, last: int) -> list[Submission] | Missing:
    return read_optional("status", lambda: client.list_submissions_between(first, last))


def _refresh_known(client: Client, running: Sequence[Detonation], postponed: Postponed) -> None:
    """Read the newest submission of samples that VMRay already had: if it still runs, its result is waited for."""
    known = [
        (each, number)
        for each in running
        for number in each.unchecked_sample_ids
        if (each.name, f"sample {number}") not in postponed
    ]
    for (detonation, sample_id), found in map_concurrently(lambda pair: _submissions(client, pair[1]), known):
        if isinstance(found, list):
            detonation.record_latest(sample_id, newest_submission(found))
            continue
        error = found.error if isinstance(found, Missing) else found
        problem = f"previous submissions could not be listed: {error}"
        if not _may_succeed(error) or (error.is_fatal and sample_id in detonation.unreached_sample_ids):
            detonation.note(problem)
            detonation.record_latest(sample_id, None)
            continue
        detonation.last_error = problem
        if error.is_fatal:
            detonation.unreached_sample_ids.append(sample_id)
            postponed[detonation.name, f"sample {sample_id}"] = problem


def _children(client: Client, tracked: TrackedSubmission) -> list[Submission] | Missing:
    return read_optional("child submissions", lambda: client.list_child_submissions(tracked.submission_id))


def _submissions(client: Client, sample_id: int) -> list[Submission] | Missing:
    return read_optional("previous submissions", lambda: client.list_submissions_of_sample(sample_id))
