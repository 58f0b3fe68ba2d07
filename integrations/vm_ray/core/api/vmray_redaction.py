"""Find the API key in a response, in all spellings that JSON allows."""

from __future__ import annotations

import json
import re

from ...core.api.vmray_text import is_recognisable


def secret_pattern(api_key: str) -> re.Pattern[bytes] | None:
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
