"""A login is sent once: behind a proxy the first request goes alone, and nothing is sent after a rejected login.

A proxy often checks a login against a directory, which locks the account after a few wrong passwords. So a wrong
password must not be sent by several requests at the same time, and not again by the next one. Without a proxy no
password is sent, and the first requests start together: waiting for one of them would cost a round trip.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ...core.api.vmray_request_errors import AuthenticationError, ConnectError, ProxyLoginError
from ...core.api.vmray_timing import TIMING


class LoginGate:
    """Behind a proxy, lets one request pass alone, then all others; after a rejected login, none.

    If VMRay accepted the API key before, a later 401 is about one object only, and the others pass.
    """

    def __init__(self, *, behind_proxy: bool) -> None:
        """Start before the first request."""
        self._first = threading.Lock()
        self._decided = threading.Event()
        if not behind_proxy:
            self._decided.set()
        self._accepted = False
        self._rejection: AuthenticationError | ConnectError | None = None

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Wait until the first request has ended, at most ``TIMING.connect_timeout``; then run the block.

        Raises:
            ConnectError: The proxy rejected the login, or the connection, of an earlier request.
            AuthenticationError: VMRay rejected the API key in an earlier request.
        """
        is_first = self._first.acquire(blocking=False)  # never released: there is one first request
        if not is_first:
            self._decided.wait(TIMING.connect_timeout)
        if self._rejection is not None:
            raise _again(self._rejection)
        try:
            yield
            self._accepted = True
        except ConnectError as error:
            if not error.retryable:  # some proxies respond with 401 or 403 to a wrong password
                self._rejection = error
            raise
        except AuthenticationError as error:
            self._rejection = None if self._accepted else error
            raise
        finally:
            self._decided.set()


def _again(error: AuthenticationError | ConnectError) -> AuthenticationError | ConnectError:
    """Return a new error with the same meaning: each request counts the attempts of its own error."""
    if isinstance(error, ProxyLoginError):
        return ProxyLoginError()
    again = type(error)(error.what, error.advice, not_executed=True)
    again.retryable = error.retryable
    return again
