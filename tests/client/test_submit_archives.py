"""A submit of which VMRay makes several submissions: all of them are adopted, or none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest
from tests.client.remembering import RememberedSource, Server
from tests.client.wording import JsonValue, submission

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import ConnectionLostError, NotFoundError
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

NOW = datetime(2026, 1, 15, 9, 30)  # noqa: DTZ001 - VMRay's timestamps have no zone
KEY = "0123456789abcdef"


def member(number: int, ago: int, ended: int | None = None, **fields: JsonValue) -> Submission:
    """A submission made so many minutes ago, which ended so many minutes ago."""
    end = None if ended is None else (NOW - timedelta(minutes=ended)).isoformat()
    fields |= {"created": (NOW - timedelta(minutes=ago)).isoformat(), "finish_time": end}
    return submission(number, submission_metadata=metadata_with(KEY), finished=end is not None, **fields)


def submitted(server: Server) -> tuple[list[int], int]:
    """The submissions that count, and how many submits were made for that."""
    submitter = Submitter(cast("Client", server), Deadline(None), server.slept.append, lambda: NOW)
    answer, _ = submitter.submit(SubmitRequest(KEY, SubmitOptions(), RememberedSource(server)))
    return [each.submission_id for each in answer.submissions], server.submits


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
def test_the_parts_of_an_earlier_submit_stand_together(
    stored: list[Submission], adopted: list[int] | None
) -> None:
    """A member that is passed over could be the malicious one; an older submit is another matter."""
    found, submits = submitted(Server(stored=list(stored)))
    assert (found, submits) == ((adopted, 0) if adopted else ([6001], 1))


class Slow(Server):
    """Stores the members of an archive, loses the answer, and shows one more member at each look."""

    looks = 0

    def send(self, options: SubmitOptions) -> SubmitResponse:
        """One submit."""
        self.submits += 1
        self.stored += [member(number, 0) for number in (1, 2, 3, 4)]
        raise ConnectionLostError(f"broken, with {options.metadata}")

    def _visible(self) -> list[Submission]:
        self.looks += 1
        return self.stored[: max(0, self.looks - 2)]  # the first look comes before the submit


def test_the_members_of_an_archive_may_show_one_after_another() -> None:
    """An answer that was lost is settled when no more of them come."""
    server = Slow()
    assert submitted(server) == ([1, 2, 3, 4], 1)
    assert server.slept == [*TIMING.submit_lookups, TIMING.submit_recheck, TIMING.submit_recheck]


def test_what_was_found_counts_though_the_second_look_fails() -> None:
    """One look was enough to know that the submit was stored."""
    server = Server(faults=[(ConnectionLostError("broken"), True)])
    ask = server.find_submissions_by_metadata
    answers = iter([ask, ask])

    def failing(metadata: str, is_ours: object) -> list[Submission]:
        if answer := next(answers, None):
            return answer(metadata, is_ours)
        raise NotFoundError("gone")

    server.find_submissions_by_metadata = failing  # type: ignore[method-assign]  # the test replaces the method
    assert submitted(server) == ([6001], 1)
