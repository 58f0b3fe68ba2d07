"""A submit happens once, whichever way its response is lost; against a server in memory."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.client.memory_server import NOW, Server, ServerSource
from tests.client.vmray_objects import submission

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import SubmitRejectedError, SubmitUnresolvedError, VMRayError
from vm_ray.core.api.vmray_request_errors import (
    AuthenticationError,
    ConnectError,
    ConnectionLostError,
    NotFoundError,
    RateLimitedError,
    RequestError,
    RequestRejectedError,
    ResponseTimeoutError,
    ServerError,
)
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.submissions.vmray_attempts import MAX_ATTEMPTS
from vm_ray.core.submissions.vmray_idempotent_submit import SubmitRequest, Submitter
from vm_ray.core.submissions.vmray_submission_key import KEY_FIELD, has_key, metadata_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from vm_ray.core.api.vmray_client import Client
    from vm_ray.core.api.vmray_models import Submission

KEY = "0123456789abcdef"


def submitter(server: Server) -> Submitter:
    """Return a submitter for the server that does not wait."""
    return Submitter(cast("Client", server), Deadline(None), server.slept.append)


def one(server: Server) -> SubmitRequest:
    """Return the request to submit."""
    return SubmitRequest(KEY, SubmitOptions(("phish",), "comment"), ServerSource(server, "ab" * 32))


BROKEN: list[Callable[[], RequestError]] = [
    lambda: ConnectionLostError("broken"),
    lambda: ServerError("VMRay returned HTTP 502"),
]


def test_the_straight_way() -> None:
    """Given a server without faults, then there is one submit, with our key beside tags and comment."""
    server = Server()

    response, adopted = submitter(server).submit(one(server))

    assert (server.submits, adopted, [each.submission_id for each in response.submissions]) == (
        1,
        False,
        [6001],
    )
    assert json.loads(server.stored[0].metadata) == {KEY_FIELD: KEY}


@pytest.mark.parametrize("filters", [True, False])
@pytest.mark.parametrize("error", BROKEN)
def test_a_stored_submission_is_found_after_a_lost_response(
    error: Callable[[], RequestError], *, filters: bool
) -> None:
    """Given a lost response, then the submission is found by metadata or among the newest ones."""
    server = Server([(error(), True)], filters=filters)

    response, _ = submitter(server).submit(one(server))

    assert (server.submits, [each.submission_id for each in response.submissions]) == (1, [6001])


def test_a_submission_that_appears_late_is_found() -> None:
    """Given a submission that appears late, then several look-ups come before another submit."""
    server = Server([(ConnectionLostError("broken"), True)], appears_after=5)

    submitter(server).submit(one(server))

    assert server.submits == 1
    assert server.slept == [*TIMING.submit_lookups, TIMING.submit_recheck]


@pytest.mark.parametrize("error", [*BROKEN, lambda: ConnectError("unreachable", not_executed=True)])
def test_a_submit_that_was_not_stored_is_repeated(error: Callable[[], RequestError]) -> None:
    """Given an error after which nothing is stored, then a second submit stores it once."""
    server = Server([(error(), False)])

    submitter(server).submit(one(server))

    assert (server.submits, len(server.stored)) == (2, 1)


def test_throttled_submits_are_repeated_without_a_look_up() -> None:
    """Given a 429, which stores nothing, then the submit is repeated without a look-up."""
    server = Server([(RateLimitedError("429", not_executed=True), False)] * 3)

    submitter(server).submit(one(server))

    assert (server.submits, len(server.stored)) == (4, 1)


def test_a_persistent_error_ends_the_submit() -> None:
    """Given a persistent error, then the error has the number of attempts."""
    server = Server([(ServerError("VMRay returned HTTP 502"), False)] * MAX_ATTEMPTS)

    with pytest.raises(ServerError, match=r"VMRay returned HTTP 502 \(4 attempts\)"):
        submitter(server).submit(one(server))
    assert server.stored == []


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (
            RequestRejectedError("VMRay rejected the request (HTTP 400): Bad type", not_executed=True),
            SubmitRejectedError,
        ),
        (RequestRejectedError("VMRay rejected the request: Quota exceeded"), SubmitRejectedError),
        (
            AuthenticationError("VMRay rejected the API key (HTTP 401)", not_executed=True),
            AuthenticationError,
        ),
        (ResponseTimeoutError("VMRay did not respond within 180 seconds"), SubmitUnresolvedError),
    ],
)
def test_an_error_that_is_not_retryable_ends_the_submit(
    error: RequestError, raised: type[VMRayError]
) -> None:
    """Given a rejection, a fatal error or a timeout, then there is no second submit."""
    server = Server([(error, False)])

    with pytest.raises(raised):
        submitter(server).submit(one(server))
    assert server.submits == 1


def test_a_submit_without_response_is_repeated_only_after_the_grace_period() -> None:
    """Given a timeout, then the submit stays unresolved, and is repeated only after the grace period."""
    server = Server()
    with pytest.raises(SubmitUnresolvedError):
        submitter(server).resolve(one(server), unresolved_until=time.time() + 100)
    assert server.submits == 0

    response = submitter(server).resolve(one(server), unresolved_until=time.time() - 1)
    again = submitter(server).resolve(one(server), unresolved_until=time.time() + 100)

    assert (server.submits, response.submissions) == (1, again.submissions)


def earlier(**fields: Any) -> Submission:  # noqa: ANN401 - VMRay's own values
    """Return a submission of an earlier run."""
    return submission(5, submission_metadata=metadata_with(KEY), **fields)


@pytest.mark.parametrize(
    ("before", "adopted"),
    [
        (earlier(finished=False), True),
        (earlier(finished=True, finish_time=(NOW - timedelta(minutes=5)).isoformat()), True),
        (earlier(finished=True, finish_time=(NOW - timedelta(hours=2)).isoformat()), False),
        (
            earlier(finished=True, finish_time=(NOW - timedelta(minutes=5)).isoformat(), has_errors=True),
            False,
        ),
        (earlier(finished=True, finish_time=None), False),
    ],
    ids=["still running", "just finished", "finished long ago", "failed", "finished at an unknown time"],
)
def test_an_earlier_submission_is_reused_while_it_runs_and_shortly_after(
    before: Submission, *, adopted: bool
) -> None:
    """Given an old submission, then it is not reused, because a later run is for a new analysis."""
    server = Server(stored=[before])

    response, was_adopted = submitter(server).submit(one(server))

    assert (was_adopted, server.submits) == (adopted, 0 if adopted else 1)
    assert [each.submission_id for each in response.submissions] == ([5] if adopted else [6001])


@pytest.mark.parametrize("refusal", [RequestRejectedError("refused"), NotFoundError("unknown"), None])
def test_after_a_failed_or_unfiltered_look_up_the_newest_are_searched(
    refusal: RequestError | None,
) -> None:
    """Given a look-up that fails or ignores the filter, then the newest submissions are searched too."""
    server = Server(stored=[earlier(finished=False)], refuses=refusal, filters=refusal is not None)

    response, was_adopted = submitter(server).submit(one(server))

    assert (was_adopted, server.submits) == (True, 0)
    assert [each.submission_id for each in response.submissions] == [5]


def test_a_failed_look_up_by_metadata_is_repeated() -> None:
    """Given one failed look-up by metadata and other users' newest submissions, then it is repeated."""
    server = Server(
        stored=[earlier(finished=False)], refuses=RequestRejectedError("refused"), newest_are_others=True
    )

    _, was_adopted = submitter(server).submit(one(server))

    assert (was_adopted, server.submits) == (True, 0)


def test_a_stale_submission_is_not_mistaken_for_the_lost_one() -> None:
    """Given an old submission with the same key, then the new submission is found."""
    old = earlier(finished=True, finish_time=(NOW - timedelta(hours=2)).isoformat())
    server = Server([(ConnectionLostError("broken"), True)], stored=[old])

    response, _ = submitter(server).submit(one(server))

    assert [each.submission_id for each in response.submissions] == [6001]


def test_a_superseded_submission_stays_superseded_in_a_later_run() -> None:
    """Given a superseded submission, then its id is kept with the unresolved submit for later runs."""
    old = earlier(finished=True, has_errors=True, finish_time=NOW.isoformat())
    server = Server([(ResponseTimeoutError("silent"), False)], stored=[old])

    with pytest.raises(SubmitUnresolvedError) as unresolved:
        submitter(server).submit(one(server))
    assert unresolved.value.superseded_ids == (old.submission_id,)
    with pytest.raises(SubmitUnresolvedError) as still:
        submitter(server).resolve(one(server), time.time() + 100, unresolved.value.superseded_ids)
    assert still.value.superseded_ids == (old.submission_id,)
    response = submitter(server).resolve(one(server), time.time() - 1, still.value.superseded_ids)

    assert ([each.submission_id for each in response.submissions], server.submits) == ([6002], 2)


def test_a_second_timeout_starts_the_grace_period_again() -> None:
    """Given a second timeout, then the grace period starts again."""
    server = Server([(ResponseTimeoutError("silent"), False)])

    with pytest.raises(SubmitUnresolvedError) as unresolved:
        submitter(server).resolve(one(server), time.time() - 1)

    assert unresolved.value.unresolved_seconds == TIMING.submit_grace


@pytest.mark.parametrize(
    ("metadata", "ours"),
    [
        (f'{{"{KEY_FIELD}":"{KEY}"}}', True),
        (f'{{ "{KEY_FIELD}" : "{KEY}", "other": 1 }}', True),
        (f'{{"{KEY_FIELD}": "other"}}', False),
        (KEY, False),
        ("[]", False),
        ("", False),
        ("{", False),
        ("[" * 100_000, False),
        ({KEY_FIELD: KEY}, True),
    ],
)
def test_our_key_is_found_in_all_forms_of_the_json(metadata: object, *, ours: bool) -> None:
    """Given other whitespace or additional members in the JSON, then the key is still found."""
    assert has_key(submission(1, submission_metadata=metadata), KEY) is ours
