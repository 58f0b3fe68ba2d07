"""Convert text from actions and samples for the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from secops_lab.invisible import is_invisible

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT: Final = frozenset("\n\t")


def visible(value: object, limit: int = 4_000, *, lines: bool = False) -> Markup:
    """Escape a text for HTML; show invisible characters as code points.

    Args:
        value: Any value; None becomes an empty text.
        limit: The maximum number of shown characters; a longer text ends with its length.
        lines: Whether line breaks and tabs stay unchanged.
    """
    text = "" if value is None else str(value)
    parts = [_shown(one, lines=lines) for one in re.split(r"([^\x20-\x7e]+)", text[:limit])]
    if len(text) > limit:
        parts.append(Markup(' <span class="faint">… ({:,} characters)</span>').format(len(text)))
    return Markup("").join(parts)


def _shown(part: str, *, lines: bool) -> Markup:
    if part.isascii() and part.isprintable():
        return escape(part)
    return Markup("").join(_one(character, lines=lines) for character in part)


def _one(character: str, *, lines: bool) -> Markup:
    if not is_invisible(character) or (lines and character in _KEPT):
        return escape(character)
    return Markup('<span class="hidden-char">U+{:04X}</span>').format(ord(character))


def web_links(links: Iterable[str]) -> list[str]:
    """Return the links that are safe to open in a browser."""
    return [link for link in links if _is_web(link)]


def _is_web(link: str) -> bool:
    try:
        return urlsplit(link).scheme in ("http", "https")
    except ValueError:
        return False


def table_rows(lines: list[str]) -> list[list[str]]:
    """Split a case wall table into cells: at commas and without quoting, like the platform (inferred)."""
    return [line.split(",") for line in lines]
