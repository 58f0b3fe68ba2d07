"""The protocol without the network: how path segments are written, and what a response means.

Everything here is a pure function of its arguments, so that each rule can be tested without a server.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from ...core.api.vmray_errors import (
    AuthenticationError,
    ConnectError,
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RedirectError,
    RequestError,
    RequestRejectedError,
    ServerError,
)
from ...core.api.vmray_text import one_line

MAX_REASON_LENGTH: Final = 300


class Response(NamedTuple):
    """The payload of a response with ``"result": "ok"``.

    Attributes:
        data: The object or list under ``data``; None for responses without one (tags).
        continuation_id: The id of the next page, which can be read once; None on the last page.
        truncated: Whether VMRay has more objects than it returns in this list, all pages included.
    """

    data: Any
    continuation_id: int | str | None
    truncated: bool = False


class FileType(Enum):
    """The types of file that VMRay offers for download; the values are the possible first bytes."""

    PDF = (b"%PDF-",)
    PNG = (b"\x89PNG\r\n\x1a\n",)
    JPEG = (b"\xff\xd8\xff",)
    ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second one begins an archive without members


def has_type(content: bytes, *types: FileType) -> bool:
    """Return whether the content begins like a file of one of these types."""
    return any(content.startswith(beginning) for each in types for beginning in each.value)


def quote_segment(value: str | int) -> str:
    """Encode one segment of a path, so that no value changes the rest of the path (``/``, ``?``, ``..``)."""
    encoded = quote(str(value), safe="")
    return encoded.replace(".", "%2E") if encoded.strip(".") == "" else encoded


def is_utf8_encodable(text: str) -> bool:
    """Return whether a text can be sent: half of a surrogate pair is allowed in JSON, and has no form in UTF-8."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def decipher(status: int, headers: Mapping[str, str], body: bytes) -> Response:
    """Return the payload of an HTTP response.

    Raises:
        RequestError: One of its subclasses, for any response that is not a success of VMRay.
    """
    if status != HTTPStatus.OK:  # the only status with data, also for submissions
        raise _status_error(status, headers, body)
    document = _document(body)
    if not isinstance(document, dict):
        raise InvalidResponseError("VMRay's response was not the expected JSON object")
    if document.get("result", "ok") != "ok":
        raise RequestRejectedError(f"VMRay rejected the request: {_reason(document) or 'no reason given'}")
    rest = document.get("continuation_id")
    if rest is not None and not (type(rest) is int or (isinstance(rest, str) and is_utf8_encodable(rest))):
        raise InvalidResponseError("VMRay returned an invalid continuation id")
    return Response(document.get("data"), rest, document.get("truncated") is True)


def decipher_file(status: int, headers: Mapping[str, str], body: bytes, *types: FileType) -> Response:
    """Return the response to a download; ``data`` is the content.

    Raises:
        RequestError: The same errors as for JSON; InvalidResponseError for a content of another type.
    """
    if status == HTTPStatus.OK and has_type(body, *types):
        return Response(body, None)
    decipher(status, headers, body)
    raise InvalidResponseError(f"VMRay's response was not a {' or '.join(each.name for each in types)} file")


def _document(body: bytes) -> Any:  # noqa: ANN401 - JSON may be anything
    try:
        return json.loads(_text(body), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        kind = "a web page" if body.lstrip()[:1] == b"<" else "incomplete or not JSON"
        raise InvalidResponseError(f"VMRay's response was {kind}") from None


def _text(body: bytes) -> str:
    """Decode UTF-8 only: in another encoding of JSON, the redaction would not have found the API key."""
    return body.decode("utf-8-sig", "surrogatepass")


def _no_number(_name: str) -> None:
    """Read ``NaN`` and ``Infinity``, which are not JSON and break other programs, as null."""


def _finite(text: str) -> float | None:
    """Read ``1e999`` as null too: as a float this number is infinite."""
    number = float(text)
    return number if math.isfinite(number) else None


def _status_error(status: int, headers: Mapping[str, str], body: bytes) -> RequestError:
    """Return the error for a status other than 200; the body counts only if it is VMRay's own error envelope."""
    error = _error_for(status, _error_reason(body))
    error.status = status
    if isinstance(error, RateLimitedError | ServerError):
        error.retry_after = retry_after(headers)
    return error


def _error_for(status: int, reason: str) -> RequestError:
    match status // 100:
        case 3:
            return RedirectError(
                f"the server returned a redirect (HTTP {status}), which is not followed", "check Api Root"
            )
        case 4:
            return _client_error(status, f": {reason}" if reason else "")
        case 1 | 2:  # a success without data is not a response to a request
            return InvalidResponseError(f"VMRay returned HTTP {status} without a result")
        case _:
            return ServerError(f"VMRay returned HTTP {status}")


def _client_error(status: int, reason: str) -> RequestError:
    """Return the error for a status of 400 to 499: the server did not execute the request."""
    match status:
        case 401:
            return AuthenticationError("VMRay rejected the API key (HTTP 401)", "check Api Key", not_executed=True)
        case 403:
            return PermissionDeniedError(
                f"the API key does not have the required permission (HTTP 403){reason}", not_executed=True
            )
        case 404:
            return NotFoundError(
                "the object does not exist in VMRay or is not visible to the API key (HTTP 404)", not_executed=True
            )
        case 407:  # not from VMRay: a proxy received the request, and did not forward the request
            return ConnectError("the proxy for the VMRay server requires authentication (HTTP 407)", not_executed=True)
        case 429:
            return RateLimitedError("VMRay returned HTTP 429, too many requests", not_executed=True)
        case _:
            return RequestRejectedError(f"VMRay rejected the request (HTTP {status}){reason}", not_executed=True)


def _error_reason(body: bytes) -> str:
    try:
        document = json.loads(_text(body))
    except (ValueError, RecursionError):
        return ""
    return _reason(document) if isinstance(document, dict) else ""


def _reason(document: Mapping[str, Any]) -> str:
    """Return VMRay's own ``error_msg``, else that of the first of ``data.errors``, on one line and shortened."""
    message = document.get("error_msg")
    if message is None and isinstance(data := document.get("data"), dict) and isinstance(data.get("errors"), list):
        errors = [error for error in data["errors"] if isinstance(error, dict)]
        message = errors[0].get("error_msg") if errors else None
    return one_line(str(message), MAX_REASON_LENGTH) if message else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of ``Retry-After`` (a number or an HTTP date); None if it is absent, invalid, or not positive.

    ``Retry-After: 0`` and a date in the past are ignored, and the pauses are those of the back-off. Otherwise all
    attempts would be spent at once.
    """
    value = headers.get("Retry-After")
    if value is None:
        return None
    try:
        seconds = float(Retry().parse_retry_after(value))
    except (InvalidHeader, OverflowError, ValueError):
        return None
    return seconds if seconds > 0 else None
