"""A submit happens once: every way in which its answer can be lost, against a server that remembers."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.client.remembering import RememberedSource, Server
from tests.client.wording import submission

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import (
    AuthenticationError,
    ConnectError,
    ConnectionLostError,
    NotFoundError,
    RateLimitedError,
    RequestError,
    RequestRejectedError,
    ResponseTimeoutError,
    ServerError,
    SubmitRejectedError,
    SubmitUnresolvedError,
    VMRayError,
)
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.submissions.vmray_idempotent_submit import (
    MAX_SUBMITS,
    SubmitRequest,
    Submitter,
)
from vm_ray.core.submissions.vmray_submission_key import KEY_FIELD, has_key, metadata_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from vm_ray.core.api.vmray_client import Client
    from vm_ray.core.api.vmray_models import Submission

NOW = datetime(2026, 1, 15, 9, 30)  # noqa: DTZ001 - VMRay's timestamps have no zone
KEY = "0123456789abcdef"


def submitter(server: Server) -> Submitter:
    """Submits to it without waiting."""
    return Submitter(cast("Client", server), Deadline(None), server.slept.append, lambda: NOW)


def one(server: Server) -> SubmitRequest:
    """The thing to submit."""
    return SubmitRequest(KEY, SubmitOptions(("phish",), "comment"), RememberedSource(server, "ab" * 32))


BROKEN: list[Callable[[], RequestError]] = [
    lambda: ConnectionLostError("broken"),
    lambda: ServerError("VMRay returned HTTP 502"),
]


def test_the_straight_way() -> None:
    """One submit with our key beside tags and comment."""
    server = Server()

    answer, adopted = submitter(server).submit(one(server))

    assert (server.submits, adopted, [each.submission_id for each in answer.submissions]) == (
        1,
        False,
        [6001],
    )
    assert json.loads(server.stored[0].metadata) == {KEY_FIELD: KEY}


@pytest.mark.parametrize("filters", [True, False])
@pytest.mark.parametrize("error", BROKEN)
def test_a_lost_answer_to_a_stored_submit_is_found_again(
    error: Callable[[], RequestError], *, filters: bool
) -> None:
    """By metadata, and where the server cannot filter by it, among the newest."""
    server = Server([(error(), True)], filters=filters)

    answer, _ = submitter(server).submit(one(server))

    assert (server.submits, [each.submission_id for each in answer.submissions]) == (1, [6001])


def test_a_submission_may_show_a_little_late() -> None:
    """It is looked for several times before it counts as not stored."""
    server = Server([(ConnectionLostError("broken"), True)], appears_after=5)

    submitter(server).submit(one(server))

    assert server.submits == 1
    assert server.slept == [*TIMING.submit_lookups, TIMING.submit_recheck]


@pytest.mark.parametrize("error", [*BROKEN, lambda: ConnectError("unreachable", not_executed=True)])
def test_what_certainly_was_not_stored_is_sent_again(error: Callable[[], RequestError]) -> None:
    """And stored once in the end."""
    server = Server([(error(), False)])

    submitter(server).submit(one(server))

    assert (server.submits, len(server.stored)) == (2, 1)


def test_throttled_submits_are_repeated_without_a_look_up() -> None:
    """A 429 stores nothing."""
    server = Server([(RateLimitedError("429", not_executed=True), False)] * 3)

    submitter(server).submit(one(server))

    assert (server.submits, len(server.stored)) == (4, 1)


def test_a_server_that_always_breaks_ends_it() -> None:
    """With the number of tries in the sentence."""
    server = Server([(ServerError("VMRay returned HTTP 502"), False)] * MAX_SUBMITS)

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
def test_what_is_not_worth_repeating_is_sent_once(error: RequestError, raised: type[VMRayError]) -> None:
    """A refusal, a cause that concerns all, and a silence: the server may still be at work."""
    server = Server([(error, False)])

    with pytest.raises(raised):
        submitter(server).submit(one(server))
    assert server.submits == 1


def test_a_silent_server_is_asked_later_and_sent_again_only_when_it_is_certain() -> None:
    """Until then the submit stays unresolved; what shows is adopted."""
    server = Server()
    with pytest.raises(SubmitUnresolvedError):
        submitter(server).resolve(one(server), unresolved_until=time.time() + 100)
    assert server.submits == 0

    answer = submitter(server).resolve(one(server), unresolved_until=time.time() - 1)
    again = submitter(server).resolve(one(server), unresolved_until=time.time() + 100)

    assert (server.submits, answer.submissions) == (1, again.submissions)


def earlier(**fields: Any) -> Submission:  # noqa: ANN401 - VMRay's own values
    """A submission that an earlier run made."""
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
def test_an_earlier_submission_counts_while_it_runs_and_shortly_after(
    before: Submission, *, adopted: bool
) -> None:
    """An analyst who runs the action again tomorrow wants a new analysis."""
    server = Server(stored=[before])

    answer, taken_over = submitter(server).submit(one(server))

    assert (taken_over, server.submits) == (adopted, 0 if adopted else 1)
    assert [each.submission_id for each in answer.submissions] == ([5] if adopted else [6001])


@pytest.mark.parametrize("refusal", [RequestRejectedError("refused"), NotFoundError("unknown"), None])
def test_a_look_up_by_metadata_that_fails_or_does_not_filter_proves_nothing(
    refusal: RequestError | None,
) -> None:
    """The newest submissions are asked as well before an earlier run's work is paid for again."""
    server = Server(stored=[earlier(finished=False)], refuses=refusal, filters=refusal is not None)

    answer, taken_over = submitter(server).submit(one(server))

    assert (taken_over, server.submits) == (True, 0)
    assert [each.submission_id for each in answer.submissions] == [5]


def test_a_look_up_by_metadata_that_is_refused_is_asked_again() -> None:
    """The newest submissions may all be others' by now."""
    server = Server(
        stored=[earlier(finished=False)], refuses=RequestRejectedError("refused"), newest_are_others=True
    )

    _, taken_over = submitter(server).submit(one(server))

    assert (taken_over, server.submits) == (True, 0)


def test_a_stale_submission_is_not_mistaken_for_the_lost_one() -> None:
    """The old one carries the same key."""
    old = earlier(finished=True, finish_time=(NOW - timedelta(hours=2)).isoformat())
    server = Server([(ConnectionLostError("broken"), True)], stored=[old])

    answer, _ = submitter(server).submit(one(server))

    assert [each.submission_id for each in answer.submissions] == [6001]


def test_what_is_stale_stays_so_in_a_later_run() -> None:
    """It is handed over with what is unresolved: the old one is still all there is."""
    old = earlier(finished=True, has_errors=True, finish_time=NOW.isoformat())
    server = Server([(ResponseTimeoutError("silent"), False)], stored=[old])

    with pytest.raises(SubmitUnresolvedError) as unresolved:
        submitter(server).submit(one(server))
    assert unresolved.value.superseded_ids == (old.submission_id,)
    with pytest.raises(SubmitUnresolvedError) as still:
        submitter(server).resolve(one(server), time.time() + 100, unresolved.value.superseded_ids)
    assert still.value.superseded_ids == (old.submission_id,)
    answer = submitter(server).resolve(one(server), time.time() - 1, still.value.superseded_ids)

    assert ([each.submission_id for each in answer.submissions], server.submits) == ([6002], 2)


def test_a_second_silence_has_to_settle_anew() -> None:
    """What was sent again may still be stored, for as long as the first time."""
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
def test_our_key_in_whatever_a_server_made_of_the_json(metadata: object, *, ours: bool) -> None:
    """Spacing and further members do not matter."""
    assert has_key(submission(1, submission_metadata=metadata), KEY) is ours
