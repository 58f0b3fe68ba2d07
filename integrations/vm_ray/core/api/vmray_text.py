"""Make text safe for one line of a message or a log; the table of invisible characters."""

from __future__ import annotations

import re
from typing import Final

# Control characters (C0, DEL, C1), line and paragraph separators, and all that Unicode calls default ignorable
# (bidirectional controls, zero-width characters, tags …). They are invisible, and can reorder or hide text.
# The text is the inside of a character class.
INVISIBLE: Final = (
    "\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
SURROGATES: Final = "\ud800-\udfff"
_INVISIBLE: Final = re.compile(f"[{INVISIBLE}{SURROGATES}]")


MIN_SECRET_LENGTH: Final = 6


MAX_LINE_LENGTH: Final = 1_000


def one_line(text: str, limit: int = MAX_LINE_LENGTH) -> str:
    """Return text as one line of visible characters, at most ``limit`` of them, for a message or a log line."""
    visible = _INVISIBLE.sub(" ", text).strip()
    return visible if len(visible) <= limit else f"{visible[: limit - 1]}…"


def is_recognisable(secret: str) -> bool:
    """Return whether a secret can be removed from a text: a short secret or a number could be part of other text."""
    return len(secret) >= MIN_SECRET_LENGTH and not secret.isdecimal()
