"""How users spell values: blanks, invisible characters, quotes and lists that do not belong to the value itself.

Values come from e-mails, reports, spreadsheets and playbooks. Each function here removes one kind of such additions.
What a value may be is decided elsewhere: see ``vmray_hash``, ``vmray_url_subject`` and ``vmray_parameters``.
"""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from typing import Final

from ...core.api.vmray_errors import UnsupportedSubjectError
from ...core.api.vmray_text import INVISIBLE

# Without surrogates: half of a pair is damaged text, which must be rejected. The empty Braille pattern (U+2800) is a
# blank that Unicode does not call one.
_HIDDEN: Final = f"{INVISIBLE}\u2800"
# Joiners, variation selectors and tags are part of emoji and of some scripts; after an ASCII character they are not.
_JOINERS: Final = "\u200c\u200d\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef"
# What looks like a blank or like nothing, but is neither an ordinary blank nor a part of most names.
UNSEEN: Final = re.compile(rf"[{_HIDDEN}]|[^\S ]")
_BLANKS: Final = re.compile(rf"[\s{_HIDDEN}]*")
_INSIDE: Final = re.compile(rf"(?![\s{_JOINERS}])[{_HIDDEN}]")
_LONE_JOINERS: Final = re.compile(rf"(?<![^\x00-\x7f])[{_JOINERS}]+")
_PAIRS: Final = frozenset(
    {
        *('""', "''", "``", "`'", "`\u00b4", "<>"),
        *("\u201c\u201d", "\u201d\u201d", "\u201e\u201c", "\u201e\u201d", "\u00ab\u00bb", "\u00bb\u00ab"),
        *("\u2018\u2019", "\u2019\u2019", "\u201a\u2018", "\u201a\u2019", "\u2039\u203a", "\u203a\u2039"),
    }
)
# Only what Python writes: nothing inside is nested, so reading the list cannot exhaust the stack.
_PYTHON_LIST: Final = re.compile(
    r"""\[(?:\s*(?:'(?:[^'\\\n]|\\[\\'"nrtxuU])*'|"(?:[^"\\\n]|\\[\\'"nrtxuU])*"|-?[0-9]+|None)\s*(?:,|(?=\])))*\s*\]"""
)
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_OPENING: Final = frozenset(pair[0] for pair in _PAIRS)
_FULL_WIDTH: Final = {code + 0xFEE0: code for code in range(0x21, 0x7F)}


def trimmed(text: str) -> str:
    """Return text without blanks, line ends and invisible characters at both ends."""
    text = text[_length_of_blanks(text) :]
    return text[: len(text) - _length_of_blanks(text[::-1])]


def opens_quote(text: str) -> bool:
    """Return whether text begins with a quote or an angle bracket, after blanks."""
    return trimmed(text)[:1] in _OPENING


def is_quoted(text: str) -> bool:
    """Return whether one pair of quotes or angle brackets is around all of text."""
    text = trimmed(text)
    return len(text) > 1 and text[0] + text[-1] in _PAIRS


def unquoted(text: str) -> str:
    """Return the text inside of one pair of quotes or angle brackets; without such a pair, the trimmed text."""
    return trimmed(text)[1:-1] if is_quoted(text) else trimmed(text)


def unwrapped(text: str) -> str:
    """Return text without blanks at both ends, and without one pair of quotes or angle brackets around all of it."""
    return trimmed(unquoted(text))


def without_invisible(text: str) -> str:
    """Return text without the characters that take no room; blanks, tabs and line ends may separate values and stay."""
    return _LONE_JOINERS.sub("", _INSIDE.sub("", text))


def without_blanks(text: str) -> str:
    """Return text without any blank and invisible character, for values that contain none (hashes)."""
    return _BLANKS.sub("", text)


def in_ascii(text: str) -> str:
    """Return text with full-width letters, digits and signs, as East Asian keyboards write them, in ASCII."""
    return text.translate(_FULL_WIDTH)


def texts_of_list(text: str) -> list[str] | None:
    """Return the texts and numbers of a list in JSON or in Python, as a playbook may pass it; None for another text.

    Raises:
        UnsupportedSubjectError: An element of the list is null.
    """
    found = _list_of(text)
    if found is None:
        return None
    if None in found:
        raise UnsupportedSubjectError(f"element {found.index(None) + 1} of the list is null")
    usable = all(isinstance(each, str | int | float) and not isinstance(each, bool) for each in found)
    return [str(each) for each in found] if usable else None


def _list_of(text: str) -> list[object] | None:
    """Read a list in JSON, or a flat list of texts and whole numbers in Python."""
    if not text.startswith("["):
        return None
    found: list[object]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if not _PYTHON_LIST.fullmatch(text):
            return None
    else:
        return found
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found


def name_of(character: str) -> str:
    """Return the code and the name of a character, which say what a look at the character may not."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def hidden_cause(text: str, odd: re.Pattern[str] = _NOT_ASCII) -> str:
    """Return the name of the first odd character, for a message about a text that looks right; else an empty text.

    Args:
        text: The text that was rejected.
        odd: Matches a character that is not allowed and can look like an allowed one, or like none.
    """
    found = odd.search(text)
    return f" (with {name_of(found.group())})" if found else ""


def _length_of_blanks(text: str) -> int:
    found = _BLANKS.match(text)
    return found.end() if found else 0
