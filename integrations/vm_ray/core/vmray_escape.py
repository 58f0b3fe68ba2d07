"""One escape per sink: the only place where text of a sample becomes part of something else.

Every string that comes from a sample was written by its author, who may be an attacker. Each function here makes
such a string safe for exactly one sink; using the wrong one is a bug, using two is another.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

# Control characters (C0, DEL, C1), line and paragraph separators, lone surrogates, and all that Unicode calls default
# ignorable (bidirectional controls, zero-width characters, tags …): invisible, and able to reorder or to hide text.
_INVISIBLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_DOT: Final = re.compile(r"(?<=[^\s.\[])\.(?=[^\s.\]])")
_HTTP: Final = re.compile(r"(?i)http(s?):")
# Looks at what stands before, not for where a scheme might begin: that would take hours on a text made for it.
_OTHER_SCHEME: Final = re.compile(r"(?i)(?<!hxxp)(?<!hxxps)://")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # and their full-width forms
# The five characters of html.escape; importing that module costs a millisecond at each start.
_HTML_ESCAPES: Final = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("'"): "&#x27;",
}
_SCRIPT_ESCAPES: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
MIN_SECRET_LENGTH: Final = 6
MAX_CELL_LENGTH: Final = 2_000
MAX_LINE_LENGTH: Final = 1_000


def one_line(text: str, limit: int = MAX_LINE_LENGTH) -> str:
    """Make text fit for a message or a log line: visible characters on one line, at most ``limit`` of them."""
    visible = _INVISIBLE.sub(" ", text).strip()
    return visible if len(visible) <= limit else f"{visible[: limit - 1]}…"


def is_recognisable(secret: str) -> bool:
    """Tell whether a secret can be taken out of a text: a short one, or digits only, could be part of a number."""
    return len(secret) >= MIN_SECRET_LENGTH and not secret.isdecimal()


def html_text(text: str, limit: int = MAX_CELL_LENGTH) -> str:
    """Make text fit for the content of an HTML element, or for a quoted attribute."""
    return one_line(text, limit).translate(_HTML_ESCAPES)


def csv_cell(value: object, limit: int = MAX_CELL_LENGTH) -> str:
    """Make a value fit for one cell of a case wall table.

    The platform splits at commas and knows no quoting (its own helper turns commas into spaces, so does this one). A
    cell that a spreadsheet would run as a formula after an export gets a leading apostrophe.
    """
    text = one_line(str(value), limit).replace(",", " ").replace('"', "'")
    is_number = isinstance(value, int | float)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and not is_number else text


def script_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    r"""Write a value as JSON that stays JSON inside a script element.

    ASCII only, and ``<``, ``>``, ``&`` as ``\u003c`` and so on: a widget pastes the text into a script, where
    ``</script>`` in a file name would otherwise end it. Parsed, it is exactly the value.
    """
    return json.dumps(value, separators=(",", ":")).translate(_SCRIPT_ESCAPES)


def defang(text: str) -> str:
    """Make a URL, domain, address or e-mail address unclickable: ``hxxp``, ``[.]``, ``[@]``."""
    return _DOT.sub("[.]", unclickable(text)).replace("@", "[@]")


def unclickable(text: str) -> str:
    """Break the scheme of every URL in a text that is more than an address: ``hxxp``; all else stays readable."""
    return _OTHER_SCHEME.sub("[:]//", _HTTP.sub(r"hxxp\1:", text))
