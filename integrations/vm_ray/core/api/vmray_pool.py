"""The connection pool: for all concurrent requests, with large blocks, and without retries of the library.

A server that rejects a large file sends its response early, and closes the connection. Then sending fails, and the
response is still to be read. urllib3 reads the response after ``BrokenPipeError`` and ``ECONNRESET``; with TLS the
error is another one, so this module turns the error of TLS into ``BrokenPipeError``.
"""

from __future__ import annotations

from ssl import SSLError
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPSConnection

from ...core.api.vmray_rate_limiter import MAX_CONCURRENCY

SEND_BLOCK_BYTES: Final = 1024 * 1024


class _Connection(HTTPSConnection):
    """A TLS connection whose response is read even if the request could not be sent completely."""

    _failure: OSError | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own signature
        """Send the request.

        Raises:
            BrokenPipeError: The request could not be sent completely; the response may have arrived.
        """
        self._failure = None
        try:
            super().request(*args, **kwargs)
        except TimeoutError:
            raise
        except OSError as error:
            self._failure = error
            raise BrokenPipeError from error

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3's own connection
        """Read the response.

        Raises:
            OSError: There is no response; the reason why the request could not be sent, if there is one. An alert
                of TLS is a better reason: with TLS 1.3 a server rejects a client after the negotiation.
        """
        try:
            return super().getresponse()
        except Exception as error:
            if self._failure is None or _is_alert(error):
                raise
            raise self._failure from None


def _is_alert(error: Exception) -> bool:
    """Return whether the server ended TLS with a reason, and not only the connection."""
    return isinstance(error, SSLError) and "ALERT" in (error.reason or "")


class _Pool(HTTPSConnectionPool):
    """A pool of such connections."""

    ConnectionCls = _Connection


class PooledAdapter(HTTPAdapter):
    """A pool for ``MAX_CONCURRENCY`` requests; uploads are sent in large blocks."""

    def __init__(self) -> None:
        """Create the pool, without retries."""
        super().__init__(pool_connections=1, pool_maxsize=MAX_CONCURRENCY, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own signature
        """Create the pool for direct connections."""
        super().init_poolmanager(*args, **kwargs, blocksize=SEND_BLOCK_BYTES)
        _use_own_connections(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:  # noqa: ANN401 - the library's own signature
        """Return the pool for connections through a proxy."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        _use_own_connections(manager)
        return manager


def _use_own_connections(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": HTTPConnectionPool, "https": _Pool}
