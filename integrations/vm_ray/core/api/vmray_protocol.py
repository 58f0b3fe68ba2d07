"""The protocol without the network: how path segments are written, and what a response means.

A status counts only if VMRay itself responded: if the body is VMRay's envelope, a JSON object with ``"result": "ok"``
or ``"result": "error"``. Other responses come from a web server, proxy or gateway before VMRay. They have the same
statuses, with another meaning.

Everything here is a pure function of its arguments, so that each rule can be tested without a server.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection, Mapping
from email.utils import mktime_tz, parsedate_tz
from enum import Enum
from http import HTTPStatus
from typing import Any, Final, NamedTuple, TypeGuard
from urllib.parse import quote

from ...core.api.vmray_json import finite, no_number, read_sections, utf8_text
from ...core.api.vmray_request_errors import (
    AuthenticationError,
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
    RetryRequestedError,
    ServerError,
)
from ...core.api.vmray_text import one_line

MAX_REASON_LENGTH: Final = 300
# The mark of the end of a file is within this part of it.
END_BYTES: Final = 1024
# VMRay responds with 200, also to a submission. A proxy that changes responses returns 203; 201 and 202 are inferred.
SUCCESSES: Final = (200, 201, 202, 203)
# The statuses that request another attempt (RFC 9110, RFC 8470), besides 429.
RETRY_REQUESTED: Final = (408, 421, 425)
# The year 9000 in Unix seconds: Python's own times end soon after it.
END_OF_CLOCKS: Final = 221_845_392_000
# The statuses whose meaning does not depend on the body.
BODY_IS_OPTIONAL: Final = (407, 413, 429, *RETRY_REQUESTED)
_READ_PERMISSIONS: Final = {
    "sample": "view samples and their reports",
    "submission": "view submissions",
    "analysis": "view analyses",
    "continuation": "view the objects of the list",
    "system_info": "view the system information",
    "download_password": "view the password of downloads",
    "api_key": "view its own quota",
    "billing_info": "view the billing information",
}


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


class Document(NamedTuple):
    """What is read of a large JSON object.

    Attributes:
        members: The names of the members that are needed.
        use: Returns the result; the object itself is forgotten then.
    """

    members: Collection[str]
    use: Callable[[Mapping[str, Any]], Any]


class FileType(Enum):
    """The types of file that VMRay offers for download; the values are patterns of their beginnings."""

    PDF = re.compile(rb"%PDF-")
    PNG = re.compile(rb"\x89PNG\r\n\x1a\n")
    JPEG = re.compile(rb"\xff\xd8\xff")
    ZIP = re.compile(rb"PK(?:\x03\x04|\x05\x06)")  # the second one begins an archive without members
    # Lines that begin with a time in milliseconds. Other lines can precede; a web page and JSON are no log.
    LOG = re.compile(rb"(?!\s*[<{\[])(?:[^\n]*\n)*?[0-9]{1,18} *\|")
    JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[{\[]")
    # Of any form, XML included. A program, an archive or a picture has zero bytes. See ``_BEFORE_A_TEXT``.
    TEXT = re.compile(
        rb"(?is)(?!\{|<!doctype\s+html|<(?:html|head|body|script|meta|title)\b|%PDF-|PK[\x03\x05])[^\0]*\Z"
    )


# What can precede the beginning of a web page: a mark, blanks, comments, the declaration of XML. A loop passes over it:
# one pattern for all of them could take very long on a hostile text.
_BEFORE_A_TEXT: Final = re.compile(rb"\xef\xbb\xbf|\s+|<!--[^\0]*?-->|<\?xml[^>\0]*>", re.IGNORECASE)


def has_type(content: bytes, *types: FileType) -> bool:
    """Return whether the content begins like a file of one of these types; of a text, each byte counts."""
    start = _beginning(content) if FileType.TEXT in types else 0
    return bool(content) and any(each.value.match(content, start if each is FileType.TEXT else 0) for each in types)


def _beginning(content: bytes) -> int:
    """Return where a text begins, after everything that can precede a web page."""
    place = 0
    while found := _BEFORE_A_TEXT.match(content, place):
        place = found.end()
    return place


def is_complete(content: bytes, headers: Mapping[str, str]) -> bool:
    """Return whether the last part of a file is there: its type marks the end, JSON included, or HTTP does."""
    ends = {FileType.PDF: b"%%EOF", FileType.PNG: b"IEND", FileType.ZIP: b"PK\x05\x06", FileType.JSON: b""}
    for each, mark in ends.items():
        if has_type(content, each):
            return mark in content[-END_BYTES:]
    return headers.get("Content-Length", "").isdecimal() or headers.get("Transfer-Encoding", "").lower() == "chunked"


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
    document = _document(body)
    if status not in SUCCESSES:
        raise _status_error(status, headers, body, document)
    if not is_envelope(document):
        raise _foreign(status, body)
    if document["result"] != "ok":
        raise RequestRejectedError(f"VMRay rejected the request: {_reason(document) or 'no reason given'}")
    rest = document.get("continuation_id")
    if rest is not None and not (type(rest) is int or (isinstance(rest, str) and is_utf8_encodable(rest))):
        raise InvalidResponseError("VMRay returned an invalid continuation id")
    return Response(document.get("data"), rest, document.get("truncated") is True)


def is_envelope(document: Any) -> TypeGuard[dict[str, Any]]:  # noqa: ANN401 - JSON may be anything
    """Return whether a JSON document is VMRay's envelope; a document without ``result`` is not."""
    return isinstance(document, dict) and document.get("result") in ("ok", "error")


def decipher_file(status: int, headers: Mapping[str, str], body: bytes, *types: FileType) -> Response:
    """Return the response to a download; ``data`` is the content.

    Raises:
        RequestError: The same errors as for JSON; InvalidResponseError for a content of another type.
    """
    shape = _shape(body) if FileType.JSON in types and has_type(body, FileType.JSON) else ""
    if status in SUCCESSES and has_type(body, *types) and not is_envelope(shape):
        if shape is None or not is_complete(body, headers):
            raise InvalidResponseError("VMRay's file was incomplete")
        return Response(body, None)
    if status == HTTPStatus.PARTIAL_CONTENT and has_type(body, *types):
        raise InvalidResponseError(f"VMRay returned a part of the file only (HTTP {status})")
    problem = f"VMRay's response was not a {' or '.join(each.name for each in types)} file"
    if status in SUCCESSES and headers.get("Content-Type") == "application/octet-stream":  # VMRay's type of files
        raise InvalidResponseError.lasting(problem)
    decipher(status, headers, body)
    raise InvalidResponseError(problem)


def _shape(body: bytes) -> Any:  # noqa: ANN401 - JSON may be anything
    """Return what is needed of a JSON file to tell it from VMRay's envelope; None for a body that is not JSON.

    Of each object only the member ``result`` is kept: a file can be large, and its objects need much more memory.
    """
    try:
        found = json.loads(
            utf8_text(body),
            parse_int=lambda _text: 0,
            parse_float=lambda _text: 0.0,
            object_pairs_hook=lambda pairs: {name: value for name, value in pairs if name == "result"},
        )
    except (ValueError, RecursionError):
        return None
    return "" if found is None else found


def decipher_document(status: int, headers: Mapping[str, str], body: bytes, document: Document) -> Response:
    """Return the response to a download of a JSON object that VMRay does not wrap; ``data`` is its result.

    Raises:
        RequestError: The same errors as for other JSON; InvalidResponseError for an object that is not complete.
    """
    if status in SUCCESSES and has_type(body, FileType.JSON):
        try:
            found = read_sections(body, {*document.members, "result"})
            if not is_envelope(found):
                return Response(document.use(found), None)
        except (ValueError, RecursionError):
            raise InvalidResponseError("VMRay's response was incomplete or not JSON") from None
    decipher(status, headers, body)
    raise InvalidResponseError("VMRay's response does not contain the requested data")


def _document(body: bytes) -> Any:  # noqa: ANN401 - JSON may be anything
    """Return the JSON document of a body; None for a body that is not JSON."""
    try:
        return json.loads(utf8_text(body), parse_constant=no_number, parse_float=finite)
    except (ValueError, RecursionError):
        return None


def _foreign(status: int, body: bytes) -> RequestError:
    """Return the error for a body that is not VMRay's envelope: JSON that was cut off, or a foreign body."""
    if body.lstrip()[:1] in (b"{", b"[") and _document(body) is None:
        return InvalidResponseError("VMRay's response was incomplete or not JSON")
    advice = "check Api Root (http or https, host, port, prefix), and the proxy, firewall or login page before VMRay"
    error = ForeignResponseError(f"the response was not from VMRay: {_described(body)} with HTTP {status}", advice)
    # Pages that stay for a moment, such as one about maintenance, often have a status of success.
    error.retryable = status < HTTPStatus.MULTIPLE_CHOICES
    return error


def _described(body: bytes) -> str:
    """Return what a body is, in words; never its text, which is foreign."""
    match body.lstrip()[:1]:
        case b"":
            return "an empty response"
        case b"<":
            return "a web page"
        case b"{" | b"[":
            return "JSON of another form"
        case _:
            return "another text"


def _status_error(status: int, headers: Mapping[str, str], body: bytes, document: object) -> RequestError:
    """Return the error for a status that is not a success."""
    error = _error_for(status, body, document)
    error.status = status
    if error.retryable:
        error.retry_after = retry_after(headers)
    return error


def _error_for(status: int, body: bytes, document: object) -> RequestError:
    match status // 100:
        case 3:
            return RedirectError(
                f"the server returned a redirect (HTTP {status}), which is not followed", "check Api Root"
            )
        case 4:
            return _anybody(status, body, document) or _client_error(status, body, document)
        case 1 | 2 if not is_envelope(document):
            return _foreign(status, body)
        case 1 | 2:  # VMRay responds with 200; a part of a response is none
            return InvalidResponseError(f"VMRay returned HTTP {status} without a result")
        case _:
            return _server_error(status, body, document)


def _server_error(status: int, body: bytes, document: object) -> RequestError:
    if is_envelope(document) or not body:
        return ServerError(f"VMRay returned HTTP {status}")
    if status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:  # a login page
        return _foreign(status, body)
    return ServerError(
        f"the response was not from VMRay: {_described(body)} with HTTP {status}",
        "check the web server, proxy or gateway before VMRay",
    )


def _anybody(status: int, body: bytes, document: object) -> RequestError | None:
    """Return the error for a status that means the same from VMRay and from a server before it; None for others."""
    match status:
        case 407:
            return ProxyLoginError()
        case 413:
            return RequestTooLargeError(
                "the request is too large for VMRay, or for a server before VMRay (HTTP 413)", not_executed=True
            )
        case 429 if is_envelope(document) or not body:
            return RateLimitedError("VMRay returned HTTP 429, too many requests", not_executed=True)
        case 429:
            return RateLimitedError(
                f"the response was not from VMRay: {_described(body)} with HTTP 429, too many requests",
                not_executed=True,
            )
        case _ if status in RETRY_REQUESTED:
            return RetryRequestedError(f"the server returned HTTP {status} and requested another attempt")
        case _:
            return None


def _client_error(status: int, body: bytes, document: object) -> RequestError:
    """Return the error for a status of 400 to 499.

    If VMRay itself responded, VMRay did not execute the request. After the response of another server this is not
    certain: a firewall can replace the response to a request that VMRay executed.
    """
    if not is_envelope(document):
        # An empty 405 is the response of VMRay's web framework to a method that an older server does not have.
        if status != HTTPStatus.METHOD_NOT_ALLOWED or body:
            return _foreign(status, body)
        document = {}
    reason = _reason(document)
    suffix = f": {reason}" if reason else ""
    match status:
        case 401:
            return AuthenticationError("VMRay rejected the API key (HTTP 401)", "check Api Key", not_executed=True)
        case 403:
            return PermissionDeniedError(f"VMRay denied the request (HTTP 403){suffix}", not_executed=True)
        case 404:
            return NotFoundError(
                "the object does not exist in VMRay or is not visible to the API key (HTTP 404)", not_executed=True
            )
        case _:
            return RequestRejectedError(f"VMRay rejected the request (HTTP {status}){suffix}", not_executed=True)


def _reason(document: Mapping[str, Any]) -> str:
    """Return VMRay's own ``error_msg``, else that of the first of ``data.errors``, on one line and shortened."""
    message = document.get("error_msg")
    if message is None and isinstance(data := document.get("data"), dict) and isinstance(data.get("errors"), list):
        errors = [error for error in data["errors"] if isinstance(error, dict)]
        message = errors[0].get("error_msg") if errors else None
    return one_line(str(message), MAX_REASON_LENGTH) if message else ""


_POST_PERMISSIONS: Final = {
    "/sample/submit": "submit samples, and quota left",
    "/unlock_reports": "unlock reports, and report quota left",
    "/reanalyze": "reanalyse old analyses, and quota left",
}


def permission_for(method: str, path: str) -> str:
    """Return what a request needs, in words that complete "the permission to …" (inferred)."""
    if method == "POST":
        return next((needed for part, needed in _POST_PERMISSIONS.items() if part in path), "edit submissions")
    topic = path.split("/")[1]
    return _READ_PERMISSIONS.get(topic, f"read {topic}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of ``Retry-After`` (a number or an HTTP date); None if it is absent, invalid, or not positive.

    A date is compared with the ``Date`` of the same response, since the clocks of the server and of this machine can
    differ. ``Retry-After: 0`` and a date in the past are ignored, and the pauses are those of the back-off. Otherwise
    all attempts would be spent at once.
    """
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value) or None
    moment = http_date(value)
    if moment is None:
        return None
    seconds = moment - (http_date(headers.get("Date", "")) or time.time())
    return seconds if seconds > 0 else None


def http_date(value: str) -> float | None:
    """Return an HTTP date in Unix seconds; None for another text, and for a time that no clock of a server has."""
    parsed = parsedate_tz(value)
    try:
        seconds = -1.0 if parsed is None else float(mktime_tz(parsed))
    except (OverflowError, ValueError):
        return None
    return seconds if 0 <= seconds < END_OF_CLOCKS else None
