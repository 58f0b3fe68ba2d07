"""Lists of submissions that are read again after a short outage, with a limit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.client.failing_client import fails, running, vmray
from tests.client.vmray_objects import submission

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_request_errors import (
    AuthenticationError,
    CertificateError,
    ConnectError,
    ProxyLoginError,
    RedirectError,
    RequestRejectedError,
    ServerError,
)
from vm_ray.core.submissions.vmray_detonation import Detonation, Stage
from vm_ray.core.submissions.vmray_schedule import Schedule
from vm_ray.core.submissions.vmray_state import State
from vm_ray.core.submissions.vmray_workflow import advance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vm_ray.core.api.vmray_errors import VMRayError
    from vm_ray.core.api.vmray_models import Submission

AWAY: Final = ConnectError("the VMRay server could not be reached")
CHILD: Final = submission(6003, 5003, finished=True)
CHILDREN: Final = "child submissions of 6001 could not be listed: "
PREVIOUS: Final = "previous submissions could not be listed: "


def blocked(status: int) -> ConnectError:
    """Return the error of a proxy that could not connect, or that rejects the request itself."""
    error = ConnectError(f"the proxy returned {status}")
    error.retryable = status >= 500
    return error


class Lists:
    """Responses to one list, in turn; after the last one, the list is empty.

    Attributes:
        asked: How many times the list was requested.
    """

    def __init__(self, *responses: VMRayError | list[Submission], of: int = 6001) -> None:
        self._responses = list(responses)
        self._of = of
        self.asked = 0

    def __call__(self, number: int) -> list[Submission]:
        """Return the next response; lists of other submissions are empty."""
        if number != self._of:
            return []
        self.asked += 1
        found = self._responses.pop(0) if self._responses else []
        if isinstance(found, list):
            return found
        raise found


def finished() -> Detonation:
    """Return an item whose submissions have finished, and whose children were not listed yet."""
    return running(finished=True)


def known() -> Detonation:
    """Return an item that VMRay already had, and whose newest submission was not read yet."""
    one = Detonation("http://a/", "HTTP://A/", "key", Stage.RUNNING)
    one.known_sample_ids, one.unchecked_sample_ids = [5001], [5001]
    return one


def names(errors: object) -> str:
    """Return the classes of errors, as the name of a case."""
    return "-".join(type(each).__name__ for each in errors) if isinstance(errors, list) else ""


def runs(one: Detonation, requests: dict[str, Callable[..., Any]], count: int) -> Detonation:
    """Advance an item in so many runs; between two runs, it is a text."""
    for _ in range(count):
        text = State(0.0, [one]).to_text("Scan URL")
        (one,) = State.from_text("Scan URL", text).detonations
        schedule = Schedule(Deadline(None), time.time(), None, 0.0)
        advance(vmray(**requests), [one], fails(AWAY), schedule, lambda _line: None)
    return one


def numbers(one: Detonation) -> Sequence[int]:
    """Return the ids of the tracked submissions."""
    return [each.submission_id for each in one.submissions]


@pytest.mark.parametrize("error", [AWAY, blocked(502), blocked(504), ConnectError("no name")], ids=str)
def test_children_are_found_after_a_short_outage(error: VMRayError) -> None:
    """Given no connection in one run, then the next run lists the children, and nothing is noted."""
    lists = Lists(error, [CHILD])

    one = runs(finished(), {"list_child_submissions": lists}, 1)
    assert (one.stage, one.last_error, lists.asked) == (Stage.RUNNING, f"{CHILDREN}{error}", 1)

    one = runs(one, {"list_child_submissions": lists}, 1)
    assert (one.stage, one.last_error, one.notes) == (Stage.READY, "", [])
    assert (numbers(one), lists.asked) == ([6001, 6002, 6003], 2)


@pytest.mark.parametrize(
    ("responses", "noted"),
    [
        ([AWAY, AWAY], AWAY),
        ([AWAY, blocked(502)], blocked(502)),
        ([AWAY, RedirectError("a redirect")], RedirectError("a redirect")),
        ([AWAY, RequestRejectedError("no")], RequestRejectedError("no")),
        ([AWAY, AuthenticationError("key")], AuthenticationError("key")),
    ],
    ids=names,
)
def test_the_second_failure_ends_the_wait(responses: list[VMRayError], noted: VMRayError) -> None:
    """Given a failure in the run after the outage, then the item is ready, with a note."""
    lists = Lists(*responses, [CHILD])

    one = runs(finished(), {"list_child_submissions": lists}, 2)

    assert (one.stage, one.notes, lists.asked) == (Stage.READY, [f"{CHILDREN}{noted}"], 2)


@pytest.mark.parametrize(
    "error",
    [
        ProxyLoginError(),
        blocked(403),
        CertificateError("tls"),
        RedirectError("302"),
        AuthenticationError("key"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_that_stays_is_noted_at_once(error: VMRayError) -> None:
    """Given a fatal error that another attempt cannot change, then there is no second request."""
    lists = Lists(error, [CHILD])

    one = runs(finished(), {"list_child_submissions": lists}, 1)

    assert (one.stage, one.notes, lists.asked) == (Stage.READY, [f"{CHILDREN}{error}"], 1)


def test_only_failures_in_a_row_end_the_wait() -> None:
    """Given an outage, a server error and another outage, then the list is requested once more."""
    lists = Lists(AWAY, ServerError("502"), ServerError("502"), AWAY, [CHILD])

    one = runs(finished(), {"list_child_submissions": lists}, 4)

    assert (one.stage, one.notes, lists.asked) == (Stage.READY, [], 5)
    assert numbers(one) == [6001, 6002, 6003]


def test_in_the_last_run_each_list_is_noted_at_once() -> None:
    """Given no connection in the last run, then a note names each list, also beside one that was read."""
    lists = Lists(AWAY)
    one = finished()
    one.track(submission(6009, 5009, finished=True))

    one = runs(one, {"list_child_submissions": lists}, 1)
    one.stop_tracking_children()
    assert (one.stage, one.notes) == (Stage.READY, [f"{CHILDREN}{AWAY}"])

    both = runs(finished(), {"list_child_submissions": fails(AWAY)}, 1)
    both.stop_tracking_children()
    assert both.stage is Stage.READY
    assert [CHILDREN in note and CHILDREN.replace("6001", "6002") in note for note in both.notes] == [True]


def test_the_newest_submission_of_a_known_sample_is_found_after_a_short_outage() -> None:
    """Given no connection in one run, then the next run finds the submission that is still running."""
    lists = Lists(AWAY, [submission(6001, finished=False)], of=5001)

    one = runs(known(), {"list_submissions_of_sample": lists}, 1)
    assert (one.stage, one.last_error, lists.asked) == (Stage.RUNNING, f"{PREVIOUS}{AWAY}", 1)

    one = runs(one, {"list_submissions_of_sample": lists}, 1)
    assert (one.stage, one.unfinished, one.notes, lists.asked) == (Stage.RUNNING, [6001], [], 2)


@pytest.mark.parametrize(
    ("responses", "asked"),
    [
        ([AWAY, AWAY], 2),
        ([AWAY, blocked(504)], 2),
        ([AWAY, CertificateError("tls")], 2),
        ([RequestRejectedError("no")], 1),
        ([ProxyLoginError()], 1),
    ],
    ids=names,
)
def test_the_last_result_of_a_known_sample_is_used_after_the_second_failure(
    responses: list[VMRayError], asked: int
) -> None:
    """Given a failure that stays, then the last result is used, with a note."""
    lists = Lists(*responses, [submission(6001, finished=False)], of=5001)

    one = runs(known(), {"list_submissions_of_sample": lists}, asked)

    assert (one.stage, one.notes, lists.asked) == (Stage.READY, [f"{PREVIOUS}{responses[-1]}"], asked)
    assert (one.unchecked_sample_ids, one.unreached_sample_ids) == ([], [])


def test_in_the_last_run_the_newest_submission_is_noted_at_once() -> None:
    """Given no connection in the last run, then the last result is used, with a note."""
    one = runs(known(), {"list_submissions_of_sample": fails(AWAY)}, 1)
    one.stop_tracking_children()
    assert (one.stage, one.notes) == (Stage.READY, [f"{PREVIOUS}{AWAY}"])
