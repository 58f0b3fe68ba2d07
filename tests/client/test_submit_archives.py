"""A submit that creates several submissions: either all of them are adopted, or none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest
from tests.client.memory_server import NOW, Server, ServerSource
from tests.client.vmray_objects import JsonValue, submission

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_request_errors import ConnectionLostError, NotFoundError
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.submissions.vmray_idempotent_submit import (
    SubmitRequest,
    Submitter,
)
from vm_ray.core.submissions.vmray_submission_key import metadata_with

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client
    from vm_ray.core.api.vmray_models import Submission, SubmitResponse

KEY = "0123456789abcdef"


def member(number: int, ago: int, ended: int | None = None, **fields: JsonValue) -> Submission:
    """Return a submission that was created and that ended this many minutes ago."""
    end = None if ended is None else (NOW - timedelta(minutes=ended)).isoformat()
    fields |= {"created": (NOW - timedelta(minutes=ago)).isoformat(), "finish_time": end}
    return submission(number, submission_metadata=metadata_with(KEY), finished=end is not None, **fields)


def submitted(server: Server) -> tuple[list[int], int]:
    """Submit, and return the ids of the submissions in the result, and the number of submits."""
    submitter = Submitter(cast("Client", server), Deadline(None), server.slept.append)
    response, _ = submitter.submit(SubmitRequest(KEY, SubmitOptions(), ServerSource(server)))
    return [each.submission_id for each in response.submissions], server.submits


@pytest.mark.parametrize(
    ("stored", "adopted"),
    [
        ([member(1, 70, ended=61), member(2, 70)], [1, 2]),
        ([member(1, 70, ended=61), member(2, 70, ended=50)], [1, 2]),
        ([member(1, 9, ended=5, has_errors=True), member(2, 9, ended=5)], [1, 2]),
        ([member(1, 9, ended=5, has_errors=True), member(2, 9, ended=5, has_errors=True)], None),
        ([member(1, 90, ended=80), member(2, 90, ended=70)], None),
        ([member(1, 90, ended=80), member(2, 9), member(3, 9, ended=1)], [2, 3]),
        ([member(1, 9, ended=5), member(2, 1, parent_submission_id=1)], [1]),
    ],
    ids=[
        "one still runs",
        "one just ended",
        "one failed",
        "all failed",
        "all long ago",
        "an older submit",
        "a child",
    ],
)
def test_the_members_of_an_earlier_submit_are_adopted_together(
    stored: list[Submission], adopted: list[int] | None
) -> None:
    """Given a submit within the window, then all its members are adopted; an older submit is not."""
    found, submits = submitted(Server(stored=list(stored)))
    assert (found, submits) == ((adopted, 0) if adopted else ([6001], 1))


class SlowServer(Server):
    """A server that stores four members, loses the response, and lists one more member at each look-up."""

    look_up_count = 0

    def send(self, options: SubmitOptions) -> SubmitResponse:
        """Store four members, and lose the response."""
        self.submits += 1
        self.stored += [member(number, 0) for number in (1, 2, 3, 4)]
        raise ConnectionLostError(f"broken, with {options.metadata}")

    def _visible(self) -> list[Submission]:
        self.look_up_count += 1
        return self.stored[: max(0, self.look_up_count - 2)]  # the first look-up comes before the submit


def test_members_of_an_archive_that_appear_late_are_found() -> None:
    """Given members that appear late, then look-ups are repeated until no new member appears."""
    server = SlowServer()
    assert submitted(server) == ([1, 2, 3, 4], 1)
    assert server.slept == [*TIMING.submit_lookups, TIMING.submit_recheck, TIMING.submit_recheck]


def test_a_found_submission_is_used_if_the_second_look_up_fails() -> None:
    """Given one successful look-up, then the error of the second look-up has no effect."""
    server = Server(faults=[(ConnectionLostError("broken"), True)])
    original = server.find_submissions_by_metadata
    look_ups = iter([original, original])

    def failing(metadata: str, is_ours: object) -> list[Submission]:
        if look_up := next(look_ups, None):
            return look_up(metadata, is_ours)
        raise NotFoundError("gone")

    server.find_submissions_by_metadata = failing  # type: ignore[method-assign]  # the test replaces the method
    assert submitted(server) == ([6001], 1)
