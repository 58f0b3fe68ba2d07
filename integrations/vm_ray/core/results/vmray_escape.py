"""One escape per sink: the only place where text of a sample becomes part of something else.

Every string that comes from a sample was written by its author, who may be an attacker. Each function here makes
such a string safe for exactly one sink; using the wrong one is a bug, using two is another.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from ...core.api.vmray_text import one_line

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
MAX_CELL_LENGTH: Final = 2_000


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
