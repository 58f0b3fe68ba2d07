"""The protocol without the network: addresses and path segments out, answers in.

Everything here is a pure function of its arguments, so that each rule can be tested without a server.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from ..core.vmray_errors import (
    AnswerUnreadable,
    HostUnreachable,
    KeyRejected,
    NoSuchElement,
    ParameterError,
    PermissionDenied,
    RedirectRefused,
    RequestError,
    RequestRejected,
    ServerFailed,
    Throttled,
)
from ..core.vmray_escape import is_recognisable, one_line

MAX_REASON_LENGTH: Final = 300


class Answer(NamedTuple):
    """The payload of an answer with ``"result": "ok"``.

    Attributes:
        data: The object or list under ``data``; None for answers without one (tags).
        continuation_id: Where the rest of a list can be fetched, once; None on the last page.
        truncated: Whether VMRay holds more than it gives out in one list, continuations included.
    """

    data: Any
    continuation_id: int | str | None
    truncated: bool = False


def api_root(text: str) -> str:
    """Bring the configured "Api Root" into the form ``https://host[:port][/prefix]``.

    A trailing ``/`` or ``/rest`` is accepted, and a missing scheme means https, as in VMRay's own client.

    Raises:
        ParameterError: It is not an http(s) address of a host, or it carries a user name or a query.
    """
    root = text.strip()
    if root and "://" not in root:
        root = f"https://{root}"
    root = root.rstrip("/").removesuffix("/rest").rstrip("/")
    try:
        parts = urlsplit(root)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.query or parts.fragment or any(c.isspace() for c in root):
        allowed = "the address of a VMRay server, such as https://cloud.vmray.com"
        raise ParameterError("Api Root", "is not the address of a server", allowed)
    return root


def segment(value: str | int) -> str:
    """Encode one segment of a path, so that no value can leave its place (``/``, ``?``, ``..`` included)."""
    encoded = quote(str(value), safe="")
    return encoded.replace(".", "%2E") if encoded.strip(".") == "" else encoded


def sendable(text: str) -> bool:
    """Tell whether a text can be sent at all: half of a surrogate pair, which JSON allows, has no form in UTF-8."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def echoes(api_key: str) -> re.Pattern[bytes] | None:
    """Return a pattern of all that a server that echoes the key may write; None for a key like any other text.

    JSON has several spellings of a character. An answer is cut in places, and half of a key is a key as well: so the
    whole key goes before anything is read.
    """
    if not is_recognisable(api_key):
        return None
    return re.compile(b"".join(_spellings(each) for each in api_key))


def _spellings(character: str) -> bytes:
    """Return a pattern of a character as it is, and as JSON may write it."""
    escaped = json.dumps(character)[1:-1]
    code = escaped if escaped.startswith("\\u") else f"\\u{ord(character):04x}"
    ways = [re.escape(way.encode()) for way in (character, escaped, f"\\{character}")]
    return b"(?:%s|(?i:%s))" % (b"|".join(ways), re.escape(code.encode()))


def decipher(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
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
        raise AnswerUnreadable("VMRay's answer was not the JSON object that was expected")
    if document.get("result", "ok") != "ok":
        raise RequestRejected(f"VMRay refused the request: {_reason(document) or 'it gave no reason'}")
    rest = document.get("continuation_id")
    if rest is not None and not (type(rest) is int or (isinstance(rest, str) and sendable(rest))):
        raise AnswerUnreadable("VMRay's list went on under an id that is none")
    return Answer(document.get("data"), rest, document.get("truncated") is True)


def _document(body: bytes) -> Any:  # noqa: ANN401 - JSON may be anything
    try:
        return json.loads(_text(body), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        kind = "a web page" if body.lstrip()[:1] == b"<" else "incomplete or not JSON"
        raise AnswerUnreadable(f"VMRay's answer was {kind}") from None


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
    if 300 <= status < 400:  # noqa: PLR2004
        return RedirectRefused(
            f"the server answered with a redirect ({status}), which is not followed", "check Api Root"
        )
    if status == 401:  # noqa: PLR2004
        return KeyRejected("VMRay rejected the API key (401)", "check Api Key", not_stored=True)
    if status == 403:  # noqa: PLR2004
        return PermissionDenied(f"the API key lacks the permission for this (403){said}", not_stored=True)
    if status == 404:  # noqa: PLR2004
        return NoSuchElement("VMRay does not know it, or the API key may not see it (404)", not_stored=True)
    if status == 407:  # noqa: PLR2004 - not VMRay's: a proxy before it took the request, and passed nothing on
        return HostUnreachable("the proxy for the VMRay server asks for a login (407)", not_stored=True)
    if status == 429:  # noqa: PLR2004
        throttled = Throttled("VMRay throttled the requests (429)", not_stored=True)
        throttled.retry_after = retry_after(headers)
        return throttled
    if status >= 500:  # noqa: PLR2004
        failed = ServerFailed(f"VMRay answered {status}")
        failed.retry_after = retry_after(headers)
        return failed
    if status < 400:  # noqa: PLR2004 - a success that carries nothing is no answer to a question
        return AnswerUnreadable(f"VMRay answered {status} without a result")
    return RequestRejected(f"VMRay rejected the request ({status}){said}", not_stored=True)


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
