"""The errors of requests: each says what happened to one request, and whether the same request may succeed later.

The tree of all errors is in the docstring of ``vmray_errors``.
"""

from __future__ import annotations

from ...core.api.vmray_errors import VMRayError


class RequestError(VMRayError):
    """A request did not return a usable response.

    Attributes:
        status: The HTTP status of the response; None where there was no response or the status was 200.
        attempts: How many times the request was sent.
        not_executed: True only where it is certain that VMRay did not execute the request.
        retry_after: The seconds to wait that the server named; None if it named none.
        retryable: Whether the same request may succeed a little later.
    """

    retryable: bool = False
    cause = "A request to VMRay did not return a usable response."
    remedy = "Run the action again; if the error stays, check the network and the VMRay server."
    status: int | None = None
    retry_after: float | None = None

    def __init__(self, what: str, advice: str = "", *, not_executed: bool = False) -> None:
        """Store the problem and, if there is one, the advice."""
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.attempts = 1
        self.not_executed = not_executed

    def __str__(self) -> str:
        attempts = "" if self.attempts == 1 else f" ({self.attempts} attempts)"
        return f"{self.what}{attempts}{'; ' if self.advice else ''}{self.advice}"


class ConfigurationError(RequestError):
    """A setting of the environment is wrong, so that no request can be sent; nothing is retried."""

    is_fatal = True
    kind = "setting"
    cause = "An environment variable names a file that cannot be used, or a proxy address that is not valid."
    remedy = "Correct the setting that the message names, on the machine that runs the action; no request was sent."

    def __init__(self, setting: str, problem: str, allowed: str) -> None:
        """Store the name of the setting, the problem and the allowed values; a value can contain a password."""
        super().__init__(f"the setting {setting} {problem}", f"allowed: {allowed}", not_executed=True)
        self.setting = setting


class ConnectError(RequestError):
    """No connection to the server could be established."""

    is_fatal = True
    retryable = True
    kind = "unreachable"
    cause = "The address is wrong, the server is down, or a firewall or a proxy blocks the connection."
    remedy = "Check Api Root, and check that the machine that runs the action can reach this address."


class ProxyLoginError(ConnectError):
    """The proxy rejected the login, or requires one. It is not retried: repeated logins can lock an account."""

    retryable = False
    cause = "The address of the proxy contains no user and password, or a wrong user or password."
    remedy = "Correct the user and the password in the proxy settings of the machine that runs the action."

    def __init__(self) -> None:
        """Use the one sentence; the address of the proxy contains a password and is not named."""
        super().__init__(
            "the proxy for the VMRay server requires authentication (HTTP 407)",
            "check the user and the password in the proxy settings (HTTPS_PROXY, HTTP_PROXY or those of the platform)",
            not_executed=True,
        )


class CertificateError(RequestError):
    """The server's certificate was not accepted, or TLS could not be negotiated."""

    is_fatal = True
    kind = "certificate"
    cause = "The certificate is self-signed, has expired or was issued for another name, or a proxy replaces it."
    remedy = "Install a valid certificate, or name its authority in CURL_CA_BUNDLE (in the CLI: --ca-bundle)."


class RedirectError(RequestError):
    """The server returned a redirect, which is not followed: the API key is sent to the configured host only."""

    is_fatal = True
    kind = "redirect"
    cause = "Api Root names another address than the one of the REST API, or a login page of a proxy responds."
    remedy = "Set Api Root to the final address of the VMRay server."


class AuthenticationError(RequestError):
    """VMRay rejected the API key."""

    is_fatal = True
    kind = "key"
    cause = "The API key is wrong, was deleted, or has expired."
    remedy = "Create an API key in VMRay and enter the key in the configuration of the integration."


class PermissionDeniedError(RequestError):
    """The API key is valid, and does not have the required permission."""

    is_fatal = True
    kind = "permission"
    cause = "The role of the user who owns the API key does not include the required permission."
    remedy = "Ask the VMRay administrator for the permission, or use another API key."


class NotFoundError(RequestError):
    """The object does not exist in VMRay or is not visible to this API key (the response is the same for both)."""

    kind = "not_found"
    cause = "The id is wrong, the object was deleted, or the object is not visible to the API key."
    remedy = "Check the id in VMRay, and check which objects the API key can see."


class NotOfferedError(RequestError):
    """VMRay knows the object, and returned 404 for what was requested of it."""

    kind = "permission"
    cause = "The VMRay server is too old for the request, or the kind of the API key does not include it."
    remedy = "Do this in the web interface of VMRay, or ask the VMRay administrator for another API key."

    def __init__(self, what: str) -> None:
        """Store what is not offered."""
        super().__init__(f"this VMRay does not offer {what} over its API, or this key may not", not_executed=True)


class RequestRejectedError(RequestError):
    """VMRay understood the request and rejected it."""

    kind = "refused"
    cause = "VMRay does not accept a value of the request, or the quota is used up."
    remedy = "Read VMRay's reason in the message, and correct the parameters of the action."


class RequestTooLargeError(RequestRejectedError):
    """The request is too large for VMRay, or for a web server or proxy before VMRay."""

    kind = "too_large"
    cause = "The file is larger than VMRay, or a web server or proxy before VMRay, accepts."
    remedy = "Submit a smaller file, or ask the administrator of VMRay or of the proxy to increase the limit."


class ForeignResponseError(RequestError):
    """Something other than VMRay's REST API responded: a web server, a proxy, a gateway, a login page."""

    kind = "foreign"
    cause = "Api Root has a wrong host, port or prefix, or a proxy, firewall or login page responds instead of VMRay."
    remedy = "Check Api Root (http or https, host, port, prefix); allow the REST API in the proxy, firewall or gateway."


class RetryRequestedError(RequestError):
    """The server requested another attempt (408, 421, 425), and all attempts had the same result."""

    retryable = True
    kind = "server"
    cause = "The server or a proxy did not receive the request in time, or was not ready for it."
    remedy = "Run the action again later; if the error stays, check the proxies and the VMRay server."


class RateLimitedError(RequestError):
    """VMRay limits the request rate, and all attempts were rejected."""

    retryable = True
    kind = "throttled"
    cause = "More requests reach VMRay than its rate limit allows, also from other programs with the same key."
    remedy = "Run fewer actions at the same time, or lower VMRAY_MAX_REQUESTS_IN_FLIGHT."


class ServerError(RequestError):
    """VMRay, or a proxy on the way, returned a server error."""

    retryable = True
    kind = "server"
    cause = "VMRay or a proxy between has an internal problem or is being updated."
    remedy = "Run the action again later; if the error stays, check the state of the VMRay server."


class ResponseTimeoutError(RequestError):
    """There was no complete response in time."""

    retryable = True
    kind = "late"
    cause = "The server is overloaded, or the network loses packets."
    remedy = "Run the action again later, or increase the timeout of the action."


class ConnectionLostError(RequestError):
    """The connection ended before the response was complete."""

    retryable = True
    kind = "broken"
    cause = "The server, a proxy or a firewall closed the connection."
    remedy = "Run the action again; if the error stays, check the proxies and firewalls between."


class InvalidResponseError(RequestError):
    """The response begins like one of VMRay, and cannot be used."""

    retryable = True
    kind = "unreadable"
    cause = "A response was incomplete or of another shape, or a proxy changes the responses."
    remedy = "Run the action again; if the error stays, check the proxies between, and the version of the server."

    @classmethod
    def lasting(cls, what: str) -> InvalidResponseError:
        """Return the error for a response that another attempt would not change."""
        error = cls(what)
        error.retryable = False
        return error


class TooLargeError(RequestError):
    """A response is larger than the limit; the rest was not read.

    Attributes:
        limit: The limit in bytes.
        size: The size in bytes that the server announced; None where it announced none.
    """

    kind = "too_large"
    cause = "The file or the report is larger than an action can read."
    remedy = "Open the file or the report in VMRay, or run the action with fewer samples."

    def __init__(self, what: str, limit: int, size: int | None = None) -> None:
        """Store what is too large, the limit and the announced size."""
        announced = "" if size is None else f" ({size} bytes)"
        amount = f"{limit} bytes" if limit % 2**20 else f"{limit // 2**20} MiB"
        super().__init__(f"{what}{announced} is larger than the limit of {amount}")
        self.limit = limit
        self.size = size
