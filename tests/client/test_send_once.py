"""A request that uses quota is sent once; a lost response is settled by reading, or is not certain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import DeadlineError, ResultUncertainError, VMRayError
from vm_ray.core.api.vmray_request_errors import (
    AuthenticationError,
    ConnectError,
    ConnectionLostError,
    ForeignResponseError,
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RedirectError,
    RequestError,
    RequestRejectedError,
    ResponseTimeoutError,
    ServerError,
)
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.submissions.vmray_send_once import BilledRequest, Lost, OnceSender

if TYPE_CHECKING:
    from collections.abc import Sequence

DOUBT: Final = "it was done"
MAYBE: Final = [
    ResponseTimeoutError("no response"),
    ConnectionLostError("reset"),
    InvalidResponseError("cut off"),
    ServerError("HTTP 500"),
]
REJECTED: Final = [RequestRejectedError("result: error"), ForeignResponseError("a page")]
NOT_EXECUTED: Final = [
    ConnectError("refused", not_executed=True),
    RateLimitedError("HTTP 429", not_executed=True),
]
FINAL: Final = [
    NotFoundError("HTTP 404", not_executed=True),
    PermissionDeniedError("HTTP 403", not_executed=True),
    RequestRejectedError("HTTP 400", not_executed=True),
    RedirectError("a redirect"),
]


@dataclass
class Server:
    """Answers with these errors, then with the result; shows the effect at these looks, else an error.

    Attributes:
        errors: The errors of the requests, in turn.
        looks: What the look-ups return or raise, in turn; the last one for all further look-ups.
    """

    errors: Sequence[RequestError] = ()
    looks: Sequence[str | VMRayError | None] = (None,)
    posts: int = 0
    looked: int = 0
    slept: list[float] = field(default_factory=list)

    def post(self) -> str:
        """Execute the request."""
        self.posts += 1
        if self.posts <= len(self.errors):
            raise self.errors[self.posts - 1]
        return "done"

    def find(self) -> str | None:
        """Look for the effect."""
        self.looked += 1
        found = self.looks[min(self.looked, len(self.looks)) - 1]
        if isinstance(found, VMRayError):
            raise found
        return found

    def run(self, deadline: Deadline | None = None) -> str:
        """Send the request, and settle it."""
        sender = OnceSender(deadline or Deadline(None), self.slept.append)
        request = BilledRequest(self.post, self.find, DOUBT)
        found = sender.post(request)
        return sender.settle(request, found) if isinstance(found, Lost) else found


@pytest.mark.parametrize("error", NOT_EXECUTED, ids=lambda each: type(each).__name__)
def test_a_request_that_did_not_reach_vmray_is_sent_again(error: RequestError) -> None:
    """Given no connection, or a 429, then the request is sent again, and nothing is looked up."""
    server = Server([error])
    assert server.run() == "done"
    assert (server.posts, server.looked) == (2, 0)


@pytest.mark.parametrize(("error", "posts"), [(NOT_EXECUTED[0], 4), (NOT_EXECUTED[1], 12)])
def test_the_attempts_end(error: RequestError, posts: int) -> None:
    """Given a request that never reaches VMRay, then the attempts are limited."""
    server = Server([error] * 20)
    with pytest.raises(type(error)):
        server.run()
    assert server.posts == posts


@pytest.mark.parametrize("error", FINAL, ids=str)
def test_a_rejection_is_the_reason(error: RequestError) -> None:
    """Given a rejection, or an error that ends the action, then the request is sent once."""
    server = Server([error])
    with pytest.raises(type(error)):
        server.run()
    assert (server.posts, server.looked) == (1, 0)


@pytest.mark.parametrize("error", [*MAYBE, *REJECTED], ids=lambda each: type(each).__name__)
def test_a_lost_response_is_found_by_reading(error: RequestError) -> None:
    """Given a response that says nothing, then the effect is found, also at the third look."""
    server = Server([error], [None, ServerError("HTTP 502"), "found"])
    assert server.run() == "found"
    assert (server.posts, server.looked) == (1, 3)


@pytest.mark.parametrize("error", MAYBE, ids=lambda each: type(each).__name__)
def test_a_request_without_a_visible_effect_is_not_certain(error: RequestError) -> None:
    """Given no effect within the time in which it may appear, then the request is not sent again."""
    server = Server([error])
    with pytest.raises(ResultUncertainError, match=f"^not certain whether {DOUBT} \\({error}\\)$"):
        server.run()
    assert (server.posts, sum(server.slept)) == (1, TIMING.submit_grace)


@pytest.mark.parametrize("error", REJECTED, ids=lambda each: type(each).__name__)
def test_a_rejection_without_a_visible_effect_is_the_reason(error: RequestError) -> None:
    """Given a rejection in another form, then its reason is told after a few looks."""
    server = Server([error])
    with pytest.raises(type(error)):
        server.run()
    assert (server.posts, server.slept) == (1, list(TIMING.submit_lookups))


@pytest.mark.parametrize("error", [*MAYBE, *REJECTED], ids=lambda each: type(each).__name__)
def test_what_cannot_be_read_is_not_certain(error: RequestError) -> None:
    """Given look-ups that all fail, then also a rejection is not certain."""
    server = Server([error], [ServerError("HTTP 502")])
    with pytest.raises(ResultUncertainError):
        server.run()
    assert server.posts == 1


def test_a_fatal_error_of_a_look_up_is_kept() -> None:
    """Given a key that is rejected meanwhile, then the result is not certain, and the cause is known."""
    cause = AuthenticationError("HTTP 401")
    with pytest.raises(ResultUncertainError) as caught:
        Server([MAYBE[0]], [cause]).run()
    assert caught.value.fatal is cause


def test_nothing_is_sent_after_the_end_of_the_run() -> None:
    """Given no time, then the request is not sent; given no time to look, then the result is not certain."""
    late = Server()
    with pytest.raises(DeadlineError):
        late.run(Deadline(0.0))
    assert late.posts == 0

    clock = iter([0.0, 10.0, 10.0])
    with pytest.raises(ResultUncertainError):
        Server([MAYBE[0]], ["found"]).run(Deadline(5.0, lambda: next(clock)))


def test_the_rest_of_a_short_run_is_used() -> None:
    """Given a run that ends before the effect has to appear, then the last look is in its second half."""
    server = Server([MAYBE[0]])
    with pytest.raises(ResultUncertainError):
        server.run(Deadline(20.0, lambda: sum(server.slept)))
    assert 15.0 < sum(server.slept) < 20.0


def test_a_rejection_that_was_not_looked_up_to_the_end_is_not_certain() -> None:
    """Given a run that ends between the looks after a rejection, then the rejection is not yet the reason."""
    server = Server([REJECTED[0]])
    with pytest.raises(ResultUncertainError):
        server.run(Deadline(5.0, lambda: 5.0 * server.looked))
    assert server.looked == 1
