"""Find the API key in a response, in each spelling that JSON allows."""

from __future__ import annotations

import json
import re

from ...core.api.vmray_text import is_recognisable


def secret_pattern(api_key: str) -> re.Pattern[bytes] | None:
    """Return a pattern for the API key in a response; None for a key that could be part of any text.

    A server may repeat the key in its response. JSON allows several spellings of a character. Messages are shortened
    later, and a part of a key is a secret too: so the whole key is removed before the response is parsed.
    """
    if not is_recognisable(api_key):
        return None
    return re.compile(b"".join(_spellings(each) for each in api_key))


def _spellings(character: str) -> bytes:
    """Return a pattern that matches one character: as it is, and in each JSON spelling."""
    escaped = json.dumps(character)[1:-1]
    code = escaped if escaped.startswith("\\u") else f"\\u{ord(character):04x}"
    ways = [re.escape(way.encode()) for way in (character, escaped, f"\\{character}")]
    return b"(?:%s|(?i:%s))" % (b"|".join(ways), re.escape(code.encode()))
