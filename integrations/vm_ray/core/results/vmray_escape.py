"""Escape text of a sample, with one function for each sink. Text of a sample is put into other text only here.

Every string of a sample was written by its author, who may be an attacker. Each function here makes such a string safe
for exactly one sink. Using the function of another sink is a bug, and using two functions is a bug as well.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from ...core.api.vmray_text import one_line

_DOT: Final = re.compile(r"(?<=[^\s.\[])\.(?=[^\s.\]])")
# Two or three numbers alone are no address, unless a scheme is before them.
_VERSION: Final = r"(?<![^\s/:(\"'])(?<!//)[0-9]+(?:\.[0-9]+){1,2}(?![^\s;,)\]}\"'])"
_VERSION_OR_DOT: Final = re.compile(rf"({_VERSION})|{_DOT.pattern}")
_HTTP: Final = re.compile(r"(?i)http(s?):")
# A look-behind at each "://", not a search for where a scheme may start: that search could take hours on hostile text.
_OTHER_SCHEME: Final = re.compile(r"(?i)(?<!hxxp)(?<!hxxps)://")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # and their full-width forms
_HIDDEN_FORMULA: Final = re.compile(rf"[;\t\r\n]['\"\s]*[{re.escape(''.join(_FORMULA_STARTS))}]")
_NEEDS_QUOTES: Final = re.compile(r"[\",\r\n]|^\s|\s$")
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
    """Return text that is safe as the content of an HTML element or of a quoted attribute."""
    return one_line(text, limit).translate(_HTML_ESCAPES)


def csv_cell(value: object, limit: int = MAX_CELL_LENGTH) -> str:
    """Return a value as text that is safe in one cell of a case wall table.

    The platform splits at commas and does not support quotes, so commas become spaces, as in the platform's own helper.
    If a spreadsheet would run a cell as a formula after an export, the cell gets a leading apostrophe.
    """
    text = one_line(str(value), limit).replace(",", " ").replace('"', "'")
    is_number = isinstance(value, int | float)
    is_formula = text.lstrip().startswith(_FORMULA_STARTS)  # a comma before it has become a space
    return f"'{text}" if is_formula and not is_number else text


def csv_field(text: str) -> str:
    """Return text as one exact field of a CSV file, in quotes where RFC 4180 requires them.

    If a spreadsheet would run the field as a formula, the field gets a leading apostrophe. A field that begins with an
    apostrophe gets another one, so the exact text comes back: without the first apostrophe of a field that has one.
    """
    guarded = f"'{text}" if text.lstrip().startswith((*_FORMULA_STARTS, "'")) else text
    return '"{}"'.format(guarded.replace('"', '""')) if _NEEDS_QUOTES.search(guarded) else guarded


def hides_formula(text: str) -> bool:
    """Return whether text contains a formula that no escape of a CSV file makes safe.

    A spreadsheet whose separator is another one, as in many countries, ignores the quotes of RFC 4180: what follows a
    semicolon, a tab or a line end is a cell of its own there.
    """
    return _HIDDEN_FORMULA.search(text) is not None


def stix_string(text: str) -> str:
    """Return text as a string of a STIX pattern."""
    return "'{}'".format(text.replace("\\", "\\\\").replace("'", "\\'"))


def udm_string(text: str) -> str:
    """Return text as a string of a search in UDM (inferred: the escapes are not documented)."""
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


def script_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    r"""Return a value as JSON that is safe inside a script element.

    The text is ASCII only, with ``<``, ``>``, ``&`` as ``\u003c`` and so on: a widget inserts the text into a script,
    and ``</script>`` in a file name would end the script. When the text is parsed, the result is exactly the value.
    """
    return json.dumps(value, separators=(",", ":")).translate(_SCRIPT_ESCAPES)


def defang(text: str) -> str:
    """Make a URL, domain, address or e-mail address impossible to click: ``hxxp``, ``[.]``, ``[@]``."""
    return _DOT.sub("[.]", unclickable(text)).replace("@", "[@]")


def defang_text(text: str) -> str:
    """Defang a longer text; version numbers in it, such as ``5.0``, stay as they are.

    Names with a dot do not: nothing but a list of all domains tells the name of a malware family from a host.
    """
    plain = _VERSION_OR_DOT.sub(lambda found: found[1] or "[.]", unclickable(text))
    return plain.replace("@", "[@]")


def unclickable(text: str) -> str:
    """Replace the scheme of every URL in a longer text with ``hxxp``; the rest of the text stays as it is."""
    return _OTHER_SCHEME.sub("[:]//", _HTTP.sub(r"hxxp\1:", text))
