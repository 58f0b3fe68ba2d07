"""Send a request that uses quota once, and find out by reading what became of it if its response is lost.

VMRay has no idempotency key for such a request. So it is sent again only if VMRay certainly did not execute it:
there was no connection, or VMRay rejected it with 4xx. After a lost response, VMRay is asked for the effect of the
request; if it shows none within ``submit_grace``, the result is not certain. That period is inferred.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import DeadlineError, ResultUncertainError, VMRayError
from ...core.api.vmray_request_errors import RequestError
from ...core.api.vmray_timing import TIMING
from ...core.submissions.vmray_attempts import is_last, wait_for_next

Found = TypeVar("Found")


class BilledRequest(NamedTuple, Generic[Found]):
    """One request that uses quota.

    Attributes:
        post: Sends the request, one attempt, and returns its result.
        find: Returns the result that VMRay shows by now; None if VMRay shows no effect of the request.
        doubt: What is not certain if both give nothing, in words after "not certain whether".
    """

    post: Callable[[], Found]
    find: Callable[[], Found | None]
    doubt: str


class Lost(NamedTuple):
    """The error of a request that VMRay may have executed."""

    error: RequestError


@dataclass(slots=True)
class OnceSender:
    """Sends requests once within one run."""

    deadline: Deadline
    sleep: Callable[[float], None] = time.sleep

    def post(self, request: BilledRequest[Found]) -> Found | Lost:
        """Send a request, and return its result, or the error after which the result has to be settled.

        Raises:
            VMRayError: VMRay certainly did not execute the request; or a fatal error.
        """
        attempt = 0
        last: RequestError | None = None
        while True:
            attempt += 1
            try:
                self.deadline.check()
                return request.post()
            except DeadlineError as late:
                raise DeadlineError(last, late.pause) from None
            except RequestError as error:
                last = error
                error.attempts = attempt
                if not error.not_executed and not error.is_fatal:
                    return Lost(error)
                if not (error.not_executed and error.retryable) or is_last(error, attempt):
                    raise
                wait_for_next(error, attempt, self.deadline, self.sleep)

    def settle(self, request: BilledRequest[Found], lost: Lost) -> Found:
        """Return the result of a request whose response was lost.

        Raises:
            ResultUncertainError: VMRay shows no effect, or could not be asked.
            RequestError: The response was a rejection, and VMRay shows no effect of the request.
        """
        uncertain = ResultUncertainError(request.doubt, lost.error)
        is_read = False
        for planned in _pauses(lost.error):
            pause = min(planned, self.deadline.remaining / 2)  # the rest of a short run is used, too
            try:
                self.deadline.check(pause)
                self.sleep(pause)
                found = request.find()
            except DeadlineError:
                raise uncertain from None
            except VMRayError as cause:
                if cause.is_fatal:
                    uncertain.fatal = cause
                    break
                continue
            is_read = True
            if found is not None:
                return found
        if is_read and not lost.error.retryable:
            raise lost.error
        raise uncertain


def _pauses(error: RequestError) -> Iterator[float]:
    """Yield the pauses before each look-up; after a rejection there are only a few."""
    yield from TIMING.submit_lookups
    waited, pause = sum(TIMING.submit_lookups), TIMING.submit_lookups[-1]
    while error.retryable and waited < TIMING.submit_grace:
        pause = min(2 * pause, TIMING.submit_grace - waited)
        waited += pause
        yield pause
