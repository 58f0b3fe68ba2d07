"""The attempts of a request that may be sent again only if VMRay certainly did not execute it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...core.api.vmray_backoff import back_off
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import DeadlineError
from ...core.api.vmray_request_errors import RateLimitedError, RequestError

MAX_ATTEMPTS: Final = 4
MAX_RATE_LIMITED_ATTEMPTS: Final = 12


def is_last(error: RequestError, attempt: int) -> bool:
    """Return whether no other attempt follows the one that had this error."""
    return attempt >= (MAX_RATE_LIMITED_ATTEMPTS if isinstance(error, RateLimitedError) else MAX_ATTEMPTS)


def wait_for_next(error: RequestError, attempt: int, deadline: Deadline, sleep: Callable[[float], None]) -> None:
    """Wait before the next attempt; for a time that the server named, the rate limiter waits.

    Raises:
        DeadlineError: The run ends before the pause does.
    """
    if isinstance(error, RateLimitedError) or error.retry_after is not None:
        return
    pause = back_off(attempt)
    if deadline.remaining <= pause:
        raise DeadlineError(error)
    sleep(pause)
