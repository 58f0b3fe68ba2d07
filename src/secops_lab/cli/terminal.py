"""Text on a terminal. Everything that comes from a sample goes through `printable` first.

A file name or URL in a report was chosen by an attacker. Written to a terminal as it is, it could move the
cursor, rename the window, reverse the reading direction or imitate a line of this program.
"""

from __future__ import annotations

import sys
import unicodedata

from rich.console import Console
from rich.text import Text

from secops_lab.invisible import is_invisible

_PRIVATE_USE = "Co"  # the font of the terminal decides how these characters look: prompt icons, for example
_PIPE_WIDTH = 120
LONGEST_CELL = 2_000


def printable(text: str, *, multiline: bool = False) -> str:
    r"""Return `text` with an escape in place of every character that controls a terminal.

    Args:
        text: Any string, hostile ones included.
        multiline: Keep newlines as they are (`\r\n` becomes `\n`); otherwise they are escaped too.

    Returns:
        Text in which control, bidirectional, invisible, surrogate and private characters read `\x1b`,
        `\u202e` and so on. Tabs become a space.
    """
    if multiline:
        text = text.replace("\r\n", "\n")
    return "".join(_shown(character, multiline=multiline) for character in text)


def _shown(character: str, *, multiline: bool) -> str:
    if character == "\t":
        return " "
    if character == "\n" and multiline:
        return character
    if is_invisible(character) or unicodedata.category(character) == _PRIVATE_USE:
        return character.encode("unicode_escape").decode("ascii")
    return character


def shortened(text: str, limit: int = LONGEST_CELL) -> str:
    """Cut `text` to `limit` characters and append the number of omitted characters."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def cell(text: object, style: str = "") -> Text:
    """Return a sample's string as a Rich text without markup and without control characters."""
    return Text(shortened(printable(str(text))), style=style)


def console(*, stderr: bool = False) -> Console:
    """Return a console for stdout or stderr without markup parsing and automatic highlighting."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PIPE_WIDTH
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


def survive_narrow_encodings() -> None:
    """Replace characters that a terminal without UTF-8 cannot show by escapes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
