"""Look after submissions that are being analysed: ask how far they are, and for what VMRay made out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..core.vmray_client import Client
from ..core.vmray_crew import side_by_side
from ..core.vmray_detonation import Detonation, Part, Stage
from ..core.vmray_errors import DeadlineReached, RequestError, VMRayError
from ..core.vmray_models import Submission, newest_submission

# One listing may bring a few submissions of other users along; more of them than this would cost more than it saves.
WINDOW_PER_SUBMISSION: Final = 4


def poll(client: Client, detonations: Sequence[Detonation]) -> None:
    """Ask how far the submissions of all running detonations are.

    A submission that cannot be asked for is left as it is, to be asked for again in the next run. One that VMRay no
    longer knows can never finish: its detonation fails.

    Raises:
        VMRayError: A cause that concerns all.
    """
    owners = {number: each for each in detonations if each.stage is Stage.RUNNING for number in each.unfinished}
    troubled = any(each.trouble for each in owners.values())
    listed = {} if troubled else _listed(client, owners)
    for submission_id in owners.keys() & listed.keys():
        owners[submission_id].polled(listed[submission_id])
    missing = [submission_id for submission_id in owners if submission_id not in listed]
    for submission_id, found in side_by_side(client.submission, missing):
        if isinstance(found, Submission):
            owners[submission_id].polled(found)
        elif isinstance(found, RequestError) and found.status == 404:  # noqa: PLR2004
            owners[submission_id].failed(f"VMRay no longer knows submission {submission_id}")
        elif not isinstance(found, DeadlineReached):
            owners[submission_id].trouble = f"it could not be asked for: {found}"


def follow_children(client: Client, detonations: Sequence[Detonation]) -> None:
    """Ask what VMRay made out of submissions that have finished, and settle what has nothing left to wait for.

    Raises:
        VMRayError: A cause that concerns all.
    """
    running = [each for each in detonations if each.stage is Stage.RUNNING]
    _find_known(client, running)
    while waiting := [(each, part) for each in running for part in each.unfollowed]:
        progress = False
        for (detonation, part), found in side_by_side(lambda pair: _children(client, pair[1]), waiting):
            if isinstance(found, VMRayError):
                said = f"what VMRay made out of submission {part.submission_id} could not be asked for: {found}"
                detonation.trouble = said
            else:
                detonation.children(part, found)
                progress = True
        if not progress:
            break
    for detonation in running:
        detonation.settle()


def _listed(client: Client, owners: Mapping[int, Detonation]) -> dict[int, Submission]:
    """Ask for several submissions in one request, where their ids lie close together.

    Where that fails, the next run does not try it again: it may have taken all of this one's time.
    """
    ids = sorted(owners)
    if len(ids) < 2 or ids[-1] - ids[0] >= WINDOW_PER_SUBMISSION * len(ids):  # noqa: PLR2004
        return {}
    try:
        found = client.submissions_between(ids[0], ids[-1])
    except (RequestError, DeadlineReached) as error:
        if error.concerns_all:
            raise
        for owner in owners.values():
            owner.trouble = f"it could not be asked for: {error}"
        return {}
    return {each.submission_id: each for each in found}


def _find_known(client: Client, running: Sequence[Detonation]) -> None:
    """For samples that VMRay knew: its newest submission may still be running, then its result is waited for."""
    known = [(each, number) for each in running for number in each.known if number not in each.followed_samples]
    for (detonation, _), found in side_by_side(lambda pair: client.submissions_of_sample(pair[1]), known):
        if isinstance(found, VMRayError):
            detonation.note(f"its earlier submissions could not be asked for: {found}")
        elif newest := newest_submission(found):
            detonation.follow(newest)


def _children(client: Client, part: Part) -> list[Submission]:
    return client.child_submissions(part.submission_id)
