"""What an exception of the HTTP libraries means: each becomes one of our named errors.

The texts of the libraries are never used: they contain addresses and internals, and differ between versions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ssl import SSLCertVerificationError, SSLEOFError, SSLError, SSLZeroReturnError
from typing import Final

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

# An exception and all that it wraps, the outermost first.
Causes = Sequence[BaseException]


def classify_exception(error: Exception, timeout: float) -> RequestError:
    """Return the named error for an exception: the first rule that recognizes the exception decides.

    Args:
        error: Any exception of requests or urllib3, or an OSError.
        timeout: The timeout of the request in seconds, for the sentence.
    """
    causes = _chain(error)
    for rule in _RULES:
        if found := rule(causes):
            return found
    if _is_timeout(causes):
        return ResponseTimeoutError(f"VMRay did not respond within {max(1, round(timeout))} seconds")
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return InvalidResponseError("VMRay's response could not be decoded")
    return ConnectionLostError("the connection to VMRay was lost before the response was complete")


def _rejected_certificate(causes: Causes) -> RequestError | None:
    for cause in causes:
        if isinstance(cause, SSLCertVerificationError):
            why = (cause.verify_message or "it could not be verified").rstrip(".")
            what = f"the certificate of the VMRay server was not accepted: {why}"
            return CertificateError(what, "see Verify SSL", not_executed=True)
    return None


def _failed_tls(causes: Causes) -> RequestError | None:
    """Recognize a failed TLS negotiation; a TLS error that reports the end of the connection is not one."""
    failed = isinstance(causes[0], requests.exceptions.SSLError)
    behind_proxy = _is_proxy_error(causes) and _contains(causes, SSLError)
    if not (failed or behind_proxy) or _contains(causes, SSLEOFError, SSLZeroReturnError):
        return None
    return CertificateError("a TLS connection to the VMRay server could not be established", "check Api Root")


def _failed_tunnel(causes: Causes) -> RequestError | None:
    """Recognize a proxy that opened no connection to the server.

    The type alone is not enough: behind a proxy the libraries raise ProxyError for each problem before the response
    begins, also after the request was sent.
    """
    for text in (str(cause) for cause in causes if isinstance(cause, OSError)):
        if text.startswith("Tunnel connection failed"):
            login = ": 407 " in text
            why = "requires authentication (HTTP 407)" if login else "could not connect to the server"
            return ConnectError(f"the proxy for the VMRay server {why}", not_executed=True)
    return None


def _no_connection(causes: Causes) -> RequestError | None:
    not_connected = isinstance(causes[0], requests.exceptions.InvalidURL | requests.ConnectTimeout)
    if not (not_connected or _contains(causes, NewConnectionError, ConnectTimeoutError)):
        return None
    if _is_proxy_error(causes):
        return ConnectError("the proxy for the VMRay server could not be reached", not_executed=True)
    advice = "check Api Root and the network"
    return ConnectError("the VMRay server could not be reached", advice, not_executed=True)


# In this order: each rule recognizes what the rules before it did not.
_RULES: Final[tuple[Callable[[Causes], RequestError | None], ...]] = (
    _rejected_certificate,
    _failed_tls,
    _failed_tunnel,
    _no_connection,
)


def _is_timeout(causes: Causes) -> bool:
    return isinstance(causes[0], requests.Timeout) or _contains(causes, TimeoutError)


def _is_proxy_error(causes: Causes) -> bool:
    return isinstance(causes[0], requests.exceptions.ProxyError)


def _contains(causes: Causes, *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception and everything that it wraps, by cause, context or argument, each once."""
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
