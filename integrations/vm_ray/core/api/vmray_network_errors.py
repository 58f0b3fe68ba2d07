"""What an exception of the HTTP libraries means: each becomes one of our named errors.

The texts of the libraries are never used: they contain addresses and internals, and differ between versions.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from http.client import BadStatusLine, RemoteDisconnected
from ssl import SSLCertVerificationError, SSLEOFError, SSLError, SSLZeroReturnError
from typing import Final

import requests
from urllib3.exceptions import ConnectTimeoutError, LocationValueError, NewConnectionError

from ...core.api.vmray_environment import bundle_variable
from ...core.api.vmray_request_errors import (
    CertificateError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    ForeignResponseError,
    InvalidResponseError,
    ProxyLoginError,
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


def is_failed_exchange(error: BaseException) -> bool:
    """Return whether an exception is one of requests: a request that could not be sent, or had no response."""
    return isinstance(error, requests.RequestException)


def _invalid_setting(causes: Causes) -> RequestError | None:
    """Recognize a setting that the libraries reject before they connect; ``vmray_environment`` finds the usual ones.

    A plain OSError is what requests raises for a bundle of certificates that does not exist.
    """
    if isinstance(causes[0], requests.exceptions.InvalidProxyURL | requests.exceptions.InvalidSchema):
        return ConfigurationError("HTTPS_PROXY or HTTP_PROXY", "is not the address of a proxy", "http://HOST:PORT")
    if isinstance(causes[0], requests.exceptions.InvalidURL | requests.exceptions.MissingSchema | LocationValueError):
        return ConfigurationError("Api Root", "is not the address of a server", "https://HOST[:PORT]")
    if type(causes[0]) is OSError and causes[0].errno is None:
        return ConfigurationError(bundle_variable(), "names no file with certificates", "a file in the PEM format")
    return None


def _rejected_certificate(causes: Causes) -> RequestError | None:
    for cause in causes:
        if isinstance(cause, SSLCertVerificationError):
            why = (cause.verify_message or "it could not be verified").rstrip(".")
            return CertificateError(
                f"the certificate of the VMRay server was not accepted: {why}",
                _certificate_advice(why),
                not_executed=True,
            )
    return None


def _certificate_advice(why: str) -> str:
    """Return what to do about a certificate; ``why`` is one of OpenSSL's fixed texts."""
    if "expired" in why or "not yet valid" in why:
        return "renew the certificate, and check the clock of the machine that runs the action"
    if "mismatch" in why or "not valid for" in why:
        return "use the name in the certificate as the host in Api Root"
    if not any(part in why for part in ("issuer", "self-signed", "self signed", "first certificate")):
        return "install a valid certificate on the server, or on the proxy that inspects TLS"
    name = bundle_variable()
    return f"add its certificate authority to the file that {name} names on the machine that runs the action"


def _failed_tls(causes: Causes) -> RequestError | None:
    """Recognize a failed TLS negotiation; a TLS error that reports the end of the connection is not one."""
    failed = isinstance(causes[0], requests.exceptions.SSLError)
    behind_proxy = _is_proxy_error(causes) and _contains(causes, SSLError)
    if not (failed or behind_proxy) or _contains(causes, SSLEOFError, SSLZeroReturnError):
        return None
    reason = _openssl_reason(causes)
    suffix = f" ({reason})" if reason else ""
    return CertificateError(
        f"a TLS connection to the VMRay server could not be established{suffix}", _tls_advice(reason)
    )


def _openssl_reason(causes: Causes) -> str:
    """Return OpenSSL's word for the reason; it is one of a fixed list, and the server cannot choose the text."""
    reasons = (getattr(cause, "reason", None) for cause in causes if isinstance(cause, SSLError))
    return next((each for each in reasons if isinstance(each, str) and re.fullmatch(r"[A-Z0-9_ ]{3,80}", each)), "")


def _tls_advice(reason: str) -> str:
    """Return what to do about a reason of OpenSSL."""
    for part, advice in _TLS_ADVICE.items():
        if part in reason:
            return advice
    return "check Api Root, and the proxies and firewalls before the server"


# The order decides: the first part that a reason contains.
_TLS_ADVICE: Final = {
    "WRONG_VERSION_NUMBER": "the port does not use TLS: check http or https, and the port, in Api Root and HTTPS_PROXY",
    "HTTP_REQUEST": "the port does not use TLS: check http or https, and the port, in Api Root and HTTPS_PROXY",
    "PROTOCOL": "the server and this machine have no TLS version in common: TLS 1.2 or later is required",
    "CERTIFICATE_REQUIRED": "the server requires a client certificate, which the integration does not send",
    "BAD_CERTIFICATE": "the server requires a client certificate, which the integration does not send",
    "HANDSHAKE_FAILURE": "the server requires a client certificate, or ciphers that this machine does not offer",
    "UNRECOGNIZED_NAME": "the server has no certificate for the host in Api Root",
}


def _failed_tunnel(causes: Causes) -> RequestError | None:
    """Recognize a proxy that opened no connection to the server.

    The type alone is not enough: behind a proxy the libraries raise ProxyError for each problem before the response
    begins, also after the request was sent.
    """
    for text in (str(cause) for cause in causes if isinstance(cause, OSError)):
        if text.startswith("Tunnel connection failed"):
            return _tunnel_error(text.partition(": ")[2][:3])
    return None


def _tunnel_error(status: str) -> RequestError:
    """Return the error for the status with which a proxy opened no connection."""
    if status == "407":
        return ProxyLoginError()
    if not status.startswith("4"):
        return ConnectError(
            f"the proxy for the VMRay server could not connect to the server (HTTP {status})",
            "check the rules of the proxy, and Api Root",
            not_executed=True,
        )
    error = ConnectError(
        f"the proxy for the VMRay server rejected the connection (HTTP {status})",
        "check the rules of the proxy, its user and password, and Api Root",
        not_executed=True,
    )
    error.retryable = False
    return error


def _unresolved_name(causes: Causes) -> RequestError | None:
    if not _contains(causes, socket.gaierror) or _is_proxy_error(causes):
        return None
    return ConnectError(
        "the name of the VMRay server could not be resolved", "check Api Root and the DNS", not_executed=True
    )


def _foreign_protocol(causes: Causes) -> RequestError | None:
    """Recognize a response that is not HTTP; an end of the connection without any response is not one."""
    if not _contains(causes, BadStatusLine) or _contains(causes, RemoteDisconnected):
        return None
    error = ForeignResponseError(
        "the response was not from VMRay: not HTTP", "check http or https, host and port in Api Root"
    )
    error.retryable = True
    return error


def _no_connection(causes: Causes) -> RequestError | None:
    not_connected = isinstance(causes[0], requests.ConnectTimeout)
    if not (not_connected or _contains(causes, NewConnectionError, ConnectTimeoutError)):
        return None
    if _is_proxy_error(causes):
        advice = "check the proxy settings (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY) and the network"
        return ConnectError("the proxy for the VMRay server could not be reached", advice, not_executed=True)
    advice = "check Api Root and the network"
    return ConnectError("the VMRay server could not be reached", advice, not_executed=True)


# In this order: each rule recognizes what the rules before it did not.
_RULES: Final[tuple[Callable[[Causes], RequestError | None], ...]] = (
    _invalid_setting,
    _rejected_certificate,
    _failed_tls,
    _failed_tunnel,
    _unresolved_name,
    _no_connection,
    _foreign_protocol,
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
