"""The protocol without the network: addresses and path segments out, answers in.

Everything here is a pure function of its arguments, so that each rule can be tested without a server.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from enum import Enum
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
    """The payload of an answer with ``"result": "ok"``.

    Attributes:
        data: The object or list under ``data``; None for answers without one (tags).
        continuation_id: Where the rest of a list can be fetched, once; None on the last page.
        truncated: Whether VMRay holds more than it gives out in one list, continuations included.
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
    """Tell whether a content begins like a file of one of these types."""
    return any(content.startswith(beginning) for each in types for beginning in each.value)


def quote_segment(value: str | int) -> str:
    """Encode one segment of a path, so that no value can leave its place (``/``, ``?``, ``..`` included)."""
    encoded = quote(str(value), safe="")
    return encoded.replace(".", "%2E") if encoded.strip(".") == "" else encoded


def is_utf8_encodable(text: str) -> bool:
    """Tell whether a text can be sent at all: half of a surrogate pair, which JSON allows, has no form in UTF-8."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def decipher(status: int, headers: Mapping[str, str], body: bytes) -> Response:
    """Turn an HTTP answer into its payload.

    Raises:
        RequestError: One of its named kinds, for any answer that is not a success of VMRay's.
    """
    if status != 200:  # noqa: PLR2004 - the one status that carries data, also for submits
        error = _refusal(status, headers, body)
        error.status = status
        raise error
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
    if status == 200 and has_type(body, *types):  # noqa: PLR2004 - the one status that carries data
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
    """Read UTF-8 only: in the other encodings that JSON may have, no key would have been found."""
    return body.decode("utf-8-sig", "surrogatepass")


def _no_number(_name: str) -> None:
    """Read ``NaN`` and ``Infinity``, which are not JSON and would break every reader after us, as null."""


def _finite(text: str) -> float | None:
    """Read ``1e999`` as null too: it would become infinite."""
    number = float(text)
    return number if math.isfinite(number) else None


def _refusal(status: int, headers: Mapping[str, str], body: bytes) -> RequestError:  # noqa: PLR0911 - a case each
    """Name the error behind a status other than 200; a body counts only where it is VMRay's own error envelope."""
    reason = _error_reason(body)
    said = f": {reason}" if reason else ""
    if 300 <= status < 400:  # noqa: PLR2004 - an HTTP status
        return RedirectError(f"the server returned a redirect (HTTP {status}), which is not followed", "check Api Root")
    if status == 401:  # noqa: PLR2004 - an HTTP status
        return AuthenticationError("VMRay rejected the API key (HTTP 401)", "check Api Key", not_executed=True)
    if status == 403:  # noqa: PLR2004 - an HTTP status
        return PermissionDeniedError(
            f"the API key does not have the required permission (HTTP 403){said}", not_executed=True
        )
    if status == 404:  # noqa: PLR2004 - an HTTP status
        return NotFoundError(
            "the object does not exist in VMRay or is not visible to the API key (HTTP 404)", not_executed=True
        )
    if status == 407:  # noqa: PLR2004 - not VMRay's: a proxy before it took the request, and passed nothing on
        return ConnectError("the proxy for the VMRay server requires authentication (HTTP 407)", not_executed=True)
    if status == 429:  # noqa: PLR2004 - an HTTP status
        throttled = RateLimitedError("VMRay returned HTTP 429, too many requests", not_executed=True)
        throttled.retry_after = retry_after(headers)
        return throttled
    if status >= 500:  # noqa: PLR2004 - an HTTP status
        failed = ServerError(f"VMRay returned HTTP {status}")
        failed.retry_after = retry_after(headers)
        return failed
    if status < 400:  # noqa: PLR2004 - a success that carries nothing is no answer to a question
        return InvalidResponseError(f"VMRay returned HTTP {status} without a result")
    return RequestRejectedError(f"VMRay rejected the request (HTTP {status}){said}", not_executed=True)


def _error_reason(body: bytes) -> str:
    try:
        document = json.loads(_text(body))
    except (ValueError, RecursionError):
        return ""
    return _reason(document) if isinstance(document, dict) else ""


def _reason(document: Mapping[str, Any]) -> str:
    """Return VMRay's own ``error_msg``, or that of the first of ``data.errors``, on one line and not over-long."""
    message = document.get("error_msg")
    if message is None and isinstance(data := document.get("data"), dict) and isinstance(data.get("errors"), list):
        errors = [error for error in data["errors"] if isinstance(error, dict)]
        message = errors[0].get("error_msg") if errors else None
    return one_line(str(message), MAX_REASON_LENGTH) if message else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read ``Retry-After`` (seconds, or an HTTP date), None where it is absent or nonsense, or names no time to come.

    A server that refuses and says "at once" has named no moment from which on it would not: taken at its word, all
    tries would be used up before anything could have changed. The pauses are then those without the header.
    """
    value = headers.get("Retry-After")
    if value is None:
        return None
    try:
        seconds = float(Retry().parse_retry_after(value))
    except (InvalidHeader, OverflowError, ValueError):
        return None
    return seconds if seconds > 0 else None
