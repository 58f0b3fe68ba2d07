"""Read JSON of VMRay: only what is JSON by its standard, and of a large object only some members.

A whole object takes several times its size in memory. Of a large one each member is forgotten before the next one is
read, unless it is one of those that are needed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from typing import Any, Final

from ...core.api.vmray_request_errors import InvalidResponseError

# In memory a value of two bytes can take thirty times as much. A real summary has about one value for each 25 bytes.
MAX_VALUES: Final = 5_000_000
_BLANKS: Final = re.compile(r"[ \t\r\n]*")


def utf8_text(body: bytes) -> str:
    """Decode UTF-8 only: in another encoding of JSON, the redaction would not have found the API key."""
    return body.decode("utf-8-sig", "surrogatepass")


def no_number(_name: str) -> None:
    """Read ``NaN`` and ``Infinity``, which are not JSON and break other programs, as null."""


def finite(text: str) -> float | None:
    """Read ``1e999`` as null too: as a float this number is infinite."""
    number = float(text)
    return number if math.isfinite(number) else None


def read_sections(body: bytes, names: Collection[str]) -> dict[str, Any]:
    """Return the members of a JSON object that have these names.

    Args:
        body: The object, in UTF-8.
        names: The names of the members.

    Raises:
        ValueError: The body is not a complete JSON object.
        RecursionError: It is nested too deeply.
        InvalidResponseError: It has more than ``MAX_VALUES`` values.
    """
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:
        raise InvalidResponseError.lasting(f"VMRay's response has more than {MAX_VALUES // 10**6} million values")
    decoder = json.JSONDecoder(parse_constant=no_number, parse_float=finite)
    text = utf8_text(body)
    found: dict[str, Any] = {}
    place = _expect(text, 0, "{")
    if text.startswith("}", place):
        return _ended(text, place, found)
    while True:
        if not text.startswith('"', place):
            raise ValueError("a name is missing")
        name, place = decoder.raw_decode(text, place)
        value, place = decoder.raw_decode(text, _expect(text, place, ":"))
        if name in names:
            found[name] = value
        del value
        place = _blanks(text, place)
        if not text.startswith(",", place):
            return _ended(text, place, found)
        place = _blanks(text, place + 1)


def _blanks(text: str, place: int) -> int:
    blanks = _BLANKS.match(text, place)
    return blanks.end() if blanks else place


def _expect(text: str, place: int, mark: str) -> int:
    """Return the place after a mark and the blanks around it."""
    place = _blanks(text, place)
    if not text.startswith(mark, place):
        raise ValueError(f"{mark} is missing")
    return _blanks(text, place + 1)


def _ended(text: str, place: int, found: dict[str, Any]) -> dict[str, Any]:
    """Return what was found, if nothing follows the end of the object."""
    if _expect(text, place, "}") != len(text):
        raise ValueError("something follows the object")
    return found
