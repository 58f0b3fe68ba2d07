"""A text that is sent to VMRay and appears nowhere else: not in a message, a log, a key or a representation."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"
# In characters: shorter secrets occur inside of other words.
SHORT: Final = 4


class Secret:
    """A password; only ``reveal`` returns it, and only the form of a request calls ``reveal``."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        """Keep the text."""
        self._text = text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return HIDDEN if self._text else "none"

    __str__ = __repr__

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def removed_from(self, text: str) -> str:
        """Return a text without the secret, in case a server repeats the secret in a reason.

        A short secret is only removed where it is a word of its own: otherwise it would be a part of other words.
        """
        if not self._text:
            return text
        pattern = re.escape(self._text)
        if len(self._text) < SHORT:
            pattern = rf"(?<!\w){pattern}(?!\w)"
        return re.sub(pattern, HIDDEN, text)


NO_SECRET: Final = Secret()
