"""What an exception of the HTTP libraries means: each becomes one of our named errors.

Their own texts are never used: they hold addresses and internals, and differ from version to version.
"""

from __future__ import annotations

from ssl import SSLCertVerificationError, SSLEOFError, SSLError, SSLZeroReturnError

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from ...core.api.vmray_errors import (
    CertificateError,
    ConnectError,
    ConnectionLostError,
    InvalidResponseError,
    RequestError,
    ResponseTimeoutError,
)


def classify_exception(error: Exception, timeout: float) -> RequestError:  # noqa: PLR0911 - a case each
    """Name what an exception means.

    Args:
        error: Any exception of requests or urllib3, or an OSError.
        timeout: Seconds that were waited, for the sentence.
    """
    causes = _chain(error)
    for cause in causes:
        if isinstance(cause, SSLCertVerificationError):
            why = (cause.verify_message or "it could not be verified").rstrip(".")
            what = f"the certificate of the VMRay server was not accepted: {why}"
            return CertificateError(what, "see Verify SSL", not_executed=True)
    # A connection that breaks while something is being sent comes as an error of TLS, where TLS is spoken.
    broke = any(isinstance(cause, SSLEOFError | SSLZeroReturnError) for cause in causes)
    proxied = isinstance(error, requests.exceptions.ProxyError)
    tls = isinstance(error, requests.exceptions.SSLError) or (proxied and any(isinstance(c, SSLError) for c in causes))
    if tls and not broke:
        return CertificateError("a TLS connection to the VMRay server could not be established", "check Api Root")
    # Behind a proxy the libraries blame it for whatever breaks until the answer begins, the request being sent or not.
    for tunnel in (str(cause) for cause in causes if isinstance(cause, OSError)):
        if tunnel.startswith("Tunnel connection failed"):
            login = ": 407 " in tunnel
            why = "requires authentication (HTTP 407)" if login else "could not connect to the server"
            return ConnectError(f"the proxy for the VMRay server {why}", not_executed=True)
    if isinstance(error, requests.exceptions.InvalidURL | requests.ConnectTimeout) or any(
        isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in causes
    ):
        if proxied:
            return ConnectError("the proxy for the VMRay server could not be reached", not_executed=True)
        advice = "check Api Root and the network"
        return ConnectError("the VMRay server could not be reached", advice, not_executed=True)
    if isinstance(error, requests.Timeout) or any(isinstance(cause, TimeoutError) for cause in causes):
        return _late(timeout)
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return InvalidResponseError("VMRay's response could not be decoded")
    return ConnectionLostError("the connection to VMRay was lost before the response was complete")


def _late(timeout: float) -> ResponseTimeoutError:
    return ResponseTimeoutError(f"VMRay did not respond within {max(1, round(timeout))} seconds")


def _chain(error: BaseException) -> list[BaseException]:
    """List an exception with everything it wraps, by cause, context, or argument, each once."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.append(current)
        linked = [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
        waiting.extend(link for link in linked if isinstance(link, BaseException))
    return found
