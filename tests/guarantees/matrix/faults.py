"""All faults of the matrix: what VMRay, or the network before it, does to a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from vm_ray.core.api.vmray_request_errors import (
    AuthenticationError,
    ConnectError,
    ConnectionLostError,
    ForeignResponseError,
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    ProxyLoginError,
    RateLimitedError,
    RedirectError,
    RequestError,
    RequestRejectedError,
    RequestTooLargeError,
    ResponseTimeoutError,
    RetryRequestedError,
    ServerError,
)

API_KEY: Final = "5ec2e7a91b3c4d5e6f708192a3b4c5d6"
OTHER_HOST: Final = "http://127.0.0.1:9/rest/somewhere/else"
STALL_SECONDS: Final = 60.0
_ECHO: Final = f"</script><b>Authorization: api_key {API_KEY}\n\u202eerror"

# A read treats these errors as it treats others: it retries a 408 as a 503, and ends at a 407 as at a 401.
_AS_ANOTHER: Final[Mapping[type[RequestError], type[RequestError]]] = {
    RetryRequestedError: ServerError,
    ProxyLoginError: AuthenticationError,
}

Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, and how the client classifies it; `test_classification.py` proves the classification.

    Attributes:
        name: The name in reports.
        order: The fault for the emulator; a text names a patch of the response (see `endpoints.py`).
        error: The error that the client raises; None if the response is usable.
        says: The pattern of the reason that the analyst reads.
        again: The order for a persistent fault; None means the same order.
        not_executed: Whether the client can be certain that VMRay did not execute the request.
        executed: Whether VMRay executed the request.
        has_retry_after: Whether the response contains a waiting time.
        retried: Whether the client retries the request, although other errors of the class are not retried.
        slow: Whether the request takes longer than the run.
        gone: Whether the server refuses connections from this request on.
    """

    name: str
    order: Order | str | Callable[[], Order]
    error: type[RequestError] | None = None
    says: str = ""
    again: Order | Callable[[], Order] | None = None
    not_executed: bool = False
    executed: bool = False
    has_retry_after: bool = False
    retried: bool = False
    slow: bool = False
    gone: bool = False

    @property
    def is_final(self) -> bool:
        """Whether all later requests of the run fail, too: no server, or a proxy that rejects the login."""
        return self.gone or self.error is ProxyLoginError

    @property
    def changes_fields(self) -> bool:
        """Whether the fault changes the fields of a JSON response."""
        return isinstance(self.order, str) or (
            isinstance(self.order, dict) and self.order.get("kind") == "patch"
        )

    @property
    def retryable(self) -> bool:
        """Whether the client retries the request."""
        return self.retried or (self.error is not None and self.error.retryable)

    def ordered(self, patches: Mapping[str, Order], *, persistent: bool) -> Order:
        """Return the order for the emulator, for a request with these patches."""
        order = self.again if persistent and self.again is not None else self.order
        if callable(order):
            return order()
        return patches[order] if isinstance(order, str) else order

    def class_of(self, *, changes: bool) -> Hashable:
        """Return the class of the fault: the client's classification, and whether VMRay executed the request.

        Args:
            changes: Whether the request must not be repeated. Then only two things matter: whether VMRay
                executed the request, and whether a gateway sent a 504, so that VMRay may still process it.
        """
        what = self.order if isinstance(self.order, str) else ""
        if changes:
            return self.error, what, self.retryable, self.not_executed, self.executed, self.name == "504"
        return _general(self.error), what, self.retryable


def _general(error: type[RequestError] | None) -> type[RequestError] | None:
    """Return the class of an error directly below RequestError: a read treats its subclasses alike."""
    if error is None:
        return None
    return _AS_ANOTHER.get(error) or next(each for each in error.__mro__ if RequestError in each.__bases__)


def representatives(*, changes: bool) -> list[Fault]:
    """Return the first fault of each class."""
    found: dict[Hashable, Fault] = {}
    for fault in FAULTS.values():
        found.setdefault(fault.class_of(changes=changes), fault)
    return list(found.values())


def _status(status: int, *, stored: bool = False, headers: Mapping[str, str] | None = None) -> Order:
    body = json.dumps({"result": "error", "error_msg": _ECHO})
    return {"kind": "status", "status": status, "body": body, "stored": stored, "headers": headers or {}}


def _page(status: int, *, stored: bool = False) -> Order:
    """A page of a web server, proxy or gateway before VMRay."""
    page = f"<!DOCTYPE html><html><body>{_ECHO}</body></html>"
    body = {"body": page, "content_type": "text/html"}
    return {"kind": "status", "status": status, "stored": stored, "headers": {}, **body}


def _throttled_until(seconds: float) -> Order:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return {"kind": "throttle", "retry_after": format_datetime(moment, usegmt=True)}


_THROTTLED: Final = r"VMRay returned HTTP 429, too many requests \(12 attempts\)"
_BROKEN: Final = r"the connection to VMRay was lost before the response was complete \(4 attempts\)"
_LATE: Final = r"VMRay did not respond within \d+ seconds"
_PAGE: Final = r"the response was not from VMRay: a web page with HTTP 200 \(4 attempts\)"
_CUT: Final = r"VMRay's response was incomplete or not JSON \(4 attempts\)"
_EMPTY: Final = r"VMRay's response does not contain the requested data \(4 attempts\)"
_REFUSED: Final = "VMRay rejected the request: "
_REDIRECT: Final = r"the server returned a redirect \(HTTP 302\), which is not followed"
_UNKNOWN: Final = r"the object does not exist in VMRay or is not visible to the API key \(HTTP 404\)"
_NO_PERMISSION: Final = r"VMRay denied the request \(HTTP 403\)"
_NO_MARK: Final = r"the response was not from VMRay: JSON of another form with HTTP 200 \(4 attempts\)"


def _foreign(status: int) -> str:
    return rf"the response was not from VMRay: a web page with HTTP {status}"


def _requested(status: int) -> str:
    return rf"the server returned HTTP {status} and requested another attempt \(4 attempts\)"


def _failed(status: int) -> str:
    return rf"VMRay returned HTTP {status} \(4 attempts\)"


_ALL: Final = (
    Fault(
        "429, Retry-After in seconds",
        {"kind": "throttle", "retry_after": "1"},
        RateLimitedError,
        _THROTTLED,
        again={"kind": "throttle", "retry_after": "0"},
        not_executed=True,
        has_retry_after=True,
    ),
    Fault(
        "429, Retry-After as a date",
        lambda: _throttled_until(2.0),
        RateLimitedError,
        _THROTTLED,
        again=lambda: _throttled_until(-60.0),
        not_executed=True,
        has_retry_after=True,
    ),
    Fault(
        "429 without Retry-After",
        {"kind": "throttle", "retry_after": None},
        RateLimitedError,
        _THROTTLED,
        not_executed=True,
    ),
    Fault("500", _status(500), ServerError, _failed(500)),
    Fault("501", _status(501), ServerError, _failed(501)),
    Fault("502", _status(502), ServerError, _failed(502)),
    Fault("503", _status(503), ServerError, _failed(503)),
    Fault(
        "503 with Retry-After",
        _status(503, headers={"Retry-After": "1"}),
        ServerError,
        _failed(503),
        again=_status(503, headers={"Retry-After": "0"}),
        has_retry_after=True,
    ),
    Fault("504", _status(504), ServerError, _failed(504)),
    Fault("500, executed", _status(500, stored=True), ServerError, _failed(500), executed=True),
    Fault(
        "connection refused",
        {},
        ConnectError,
        "the VMRay server could not be reached",
        not_executed=True,
        gone=True,
    ),
    Fault("reset before the response", {"kind": "reset_before"}, ConnectionLostError, _BROKEN),
    Fault(
        "reset before the response, executed",
        {"kind": "reset_before", "stored": True},
        ConnectionLostError,
        _BROKEN,
        executed=True,
    ),
    Fault("reset in the request", {"kind": "reset_mid_request"}, ConnectionLostError, _BROKEN),
    Fault("reset in the response", {"kind": "reset_mid_body"}, ConnectionLostError, _BROKEN, executed=True),
    Fault("stall", {"kind": "stall", "seconds": STALL_SECONDS}, ResponseTimeoutError, _LATE, slow=True),
    Fault(
        "stall, executed",
        {"kind": "stall", "seconds": STALL_SECONDS, "stored": True},
        ResponseTimeoutError,
        _LATE,
        executed=True,
        slow=True,
    ),
    Fault("redirect", {"kind": "redirect", "location": OTHER_HOST}, RedirectError, _REDIRECT),
    Fault(
        "HTML with 200",
        {"kind": "html", "body": f"<html>{_ECHO}</html>"},
        ForeignResponseError,
        _PAGE,
        retried=True,
    ),
    Fault(
        "no mark of success",
        {"kind": "patch", "remove": ["result"], "set": {}},
        ForeignResponseError,
        _NO_MARK,
        executed=True,
        retried=True,
    ),
    Fault("403, web page", _page(403), ForeignResponseError, _foreign(403)),
    Fault(
        "403, web page, executed", _page(403, stored=True), ForeignResponseError, _foreign(403), executed=True
    ),
    Fault("400, web page", _page(400), ForeignResponseError, _foreign(400)),
    Fault("401, web page", _page(401), ForeignResponseError, _foreign(401)),
    Fault("404, web page", _page(404), ForeignResponseError, _foreign(404)),
    Fault("451, web page", _page(451), ForeignResponseError, _foreign(451)),
    Fault("502, web page", _page(502), ServerError, _foreign(502)),
    Fault("503, web page", _page(503), ServerError, _foreign(503)),
    Fault("408", _status(408), RetryRequestedError, _requested(408)),
    Fault("408, web page", _page(408), RetryRequestedError, _requested(408)),
    Fault("421", _status(421), RetryRequestedError, _requested(421)),
    Fault("425", _status(425), RetryRequestedError, _requested(425)),
    Fault("truncated JSON", {"kind": "truncated_json"}, InvalidResponseError, _CUT, executed=True),
    Fault("data: null", {"kind": "data_null"}, InvalidResponseError, _EMPTY, executed=True),
    Fault("result: error", {"kind": "result_error", "error_msg": _ECHO}, RequestRejectedError, _REFUSED),
    Fault(
        "result: error, executed",
        {"kind": "result_error", "error_msg": _ECHO, "stored": True},
        RequestRejectedError,
        _REFUSED,
        executed=True,
    ),
    Fault(
        "missing field", "missing", InvalidResponseError, "VMRay's response does not contain ", executed=True
    ),
    Fault("unknown fields", "unknown", executed=True),
    Fault("null for a list", "null", InvalidResponseError, _EMPTY, executed=True),
    Fault(
        "401",
        _status(401),
        AuthenticationError,
        r"VMRay rejected the API key \(HTTP 401\)",
        not_executed=True,
    ),
    Fault("403", _status(403), PermissionDeniedError, _NO_PERMISSION, not_executed=True),
    Fault("404", _status(404), NotFoundError, _UNKNOWN, not_executed=True),
    Fault("413", _status(413), RequestTooLargeError, r"too large .*\(HTTP 413\)", not_executed=True),
    Fault("407", _status(407), ProxyLoginError, r"requires authentication \(HTTP 407\)", not_executed=True),
)
FAULTS: Final[Mapping[str, Fault]] = {fault.name: fault for fault in _ALL}
