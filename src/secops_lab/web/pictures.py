"""The pictures of an insight: only those that are in the insight itself, of three types."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_DATA: Final = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/]*={0,2}")
_REMOVED: Final = "[picture not shown]"


class _Reader(HTMLParser):
    """Copies the text of an HTML document; keeps or replaces its pictures."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._html = html
        self._starts = [0]
        for line in html.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._copied = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "img" or self._is_kept(dict(attrs)):
            return
        line, column = self.getpos()
        start = self._starts[line - 1] + column
        self.parts += [self._html[self._copied : start], _REMOVED]
        self._copied = start + len(self.get_starttag_text() or "")

    @staticmethod
    def _is_kept(attributes: dict[str, str | None]) -> bool:
        return _DATA.fullmatch(attributes.get("src") or "") is not None and "srcset" not in attributes

    def rest(self) -> str:
        """Return what follows the last replaced picture."""
        return self._html[self._copied :]


def with_own_pictures(html: str) -> str:
    """Return HTML in which each picture that is not PNG, JPEG or GIF in a `data:` address is a short text.

    Everything else stays as it is: the policy of the page decides what it can do.
    """
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return "".join((*reader.parts, reader.rest()))
