"""One escape per sink: any text stays text there (Hypothesis)."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_text import one_line
from vm_ray.core.results.vmray_escape import (
    csv_cell,
    defang,
    defang_text,
    html_text,
    script_json,
    unclickable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

HOSTILE = st.text() | st.text(st.sampled_from("<>&\"'/=+-@,;\\\n\r\t\0\u202e\u2028\u200b\ufeff\ud800é.:"))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | HOSTILE,
    lambda inner: st.lists(inner) | st.dictionaries(HOSTILE, inner),
    max_leaves=10,
)


class Elements(HTMLParser):
    """Collects the elements and the text that a browser finds."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an element."""
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        """Record text."""
        self.text += data


@given(HOSTILE)
@example("</p><script>alert(1)</script>")
@example("&lt;script&gt;")
def test_text_in_html_is_no_markup(text: str) -> None:
    """Given any text, then a browser finds only our element with this text."""
    found = Elements()
    found.feed(f"<p>{html_text(text)}</p>")
    found.close()

    assert found.tags == [("p", [])]
    assert found.text == one_line(text, 2_000)


@given(HOSTILE)
@example('" onmouseover="alert(1)')
def test_text_in_a_quoted_attribute_stays_in_it(text: str) -> None:
    """Given any text in single or double quotes, then the attribute has this text."""
    found = Elements()
    found.feed(f"<p title=\"{html_text(text)}\" lang='{html_text(text)}'>")
    found.close()

    ((_, attributes),) = found.tags
    assert attributes == [("title", one_line(text, 2_000)), ("lang", one_line(text, 2_000))]


@given(HOSTILE | st.integers() | st.booleans())
@example("=HYPERLINK(1)")
@example(" =1+1")
@example(",=1+1")
@example("\u200b=1+1")
@example("＝1+1")  # noqa: RUF001 - read as = by spreadsheets
def test_a_cell_stays_a_cell_and_no_formula(value: object) -> None:
    """Given any value, then a cell has no comma, quote or line end, and is no formula; numbers stay."""
    cell = csv_cell(value)

    assert not set(cell) & set(',"\r\n')
    if isinstance(value, str):
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))  # noqa: RUF001 - read as = by spreadsheets
    else:
        assert cell == str(value)


@given(JSON)
@example({"</script>": "<!--"})
def test_json_in_a_script_is_exact_and_safe(value: object) -> None:
    """Given any value, then the JSON is ASCII, without characters that have a meaning in HTML."""
    text = script_json(value)

    assert json.loads(text) == value
    assert text.isascii()
    assert not set(text) & set("<>&\n\r")


@given(HOSTILE, st.integers(1, 50))
def test_one_line_is_visible_and_short(text: str, limit: int) -> None:
    """Given any text, then the line has no invisible characters, and its length is limited."""
    line = one_line(text, limit)

    assert len(line) <= limit
    assert not set(line) & set("\n\r\t\0\u202e\u2028\u200b\ufeff\ud800")
    assert one_line(line, limit) == line
    line.encode()


@given(st.text() | st.text(st.sampled_from("hftps:/.a1[]+-")))
@example("http://http://a.b")
@example("HTTP://A.B")
@example("ftp://ftp://a.b")
def test_nothing_defanged_can_be_clicked(text: str) -> None:
    """Given any text, then no scheme is left, and a second call changes nothing."""
    for harmless, again in ((defang(text), defang), (defang_text(text), defang_text)):
        assert re.search(r"(?i)https?:|\bftp://", harmless) is None
        assert "@" in text or again(harmless) == harmless


@given(st.text() | st.text(st.sampled_from("./:a1 \"';,@[]")))
@example("http://127.1 tcp://1.2 //1.2 eve@1.2 1.2:80 1.2/a 1.2.3.4 1.2.3.4.5 1.2.a")
def test_only_version_numbers_keep_their_dots_in_a_text(text: str) -> None:
    """Given any text, then only two or three numbers that stand alone, without a scheme, keep their dots."""
    found = defang_text(text)

    assert found.replace("[.]", ".") == defang(text).replace("[.]", ".")
    assert re.search(r"//[0-9]+\.[0-9]", found) is None
    for word in re.split(r"[\s/(\"':;,)}\[\]]", found):
        if re.search(r"[^\s.]\.[^\s.]", word):
            assert re.fullmatch(r"[0-9]+(\.[0-9]+){1,2}", word)


@given(st.text() | st.text(st.sampled_from("hftps:/.a1[]+-")))
@example("see http://http://a.b, ftp://c")
def test_an_unclickable_text_has_no_scheme_and_keeps_all_else(text: str) -> None:
    """Given any text, then no scheme is left; the dots of a file name stay."""
    harmless = unclickable(text)

    assert re.search(r"(?i)https?:|\bftp://", harmless) is None
    assert unclickable(harmless) == harmless
    assert unclickable("a.exe of eve@evil.example") == "a.exe of eve@evil.example"


@pytest.mark.parametrize("function", [defang, defang_text])
@pytest.mark.parametrize(
    "piece", ["a.", ".a", "a-", "http:", "://", "a+b.", "@", "[.]", "1", "1.", " 1.1", "/1.1"]
)
def test_the_time_of_defanging_grows_linearly(piece: str, function: Callable[[str], str]) -> None:
    """Given ten times the text, then the time is about ten times as long, not a hundred times.

    Otherwise an attacker could delay the whole action with a long domain.
    """

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        spent = []
        for _ in range(5):
            started = time.thread_time()
            function(text)
            spent.append(time.thread_time() - started)
        return min(spent)

    assert seconds(40_000) < 40 * seconds(4_000)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("https://www.evil.example/a.php?x=1.2", "hxxps://www[.]evil[.]example/a[.]php?x=1[.]2"),
        ("HTTP://EVIL.EXAMPLE", "hxxp://EVIL[.]EXAMPLE"),
        ("ftp://evil.example", "ftp[:]//evil[.]example"),
        ("eve@evil.example", "eve[@]evil[.]example"),
        ("192.0.2.1", "192[.]0[.]2[.]1"),
        ("hxxp://evil[.]example", "hxxp://evil[.]example"),
        ("End of sentence. Next", "End of sentence. Next"),
    ],
)
def test_defanged_addresses_stay_readable(text: str, harmless: str) -> None:
    """Given an address, then the usual harmless form is written; a second call changes nothing."""
    assert defang(text) == harmless


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("version: 1.2", "version: 1.2"),
        ("User-Agent: Mozilla/5.0 (X11; rv:1.2)", "User-Agent: Mozilla/5.0 (X11; rv:1.2)"),
        ('{"version": "1.2.3", "c2": ["192.0.2.1"]}', '{"version": "1.2.3", "c2": ["192[.]0[.]2[.]1"]}'),
        ("c2: http://127.1/a", "c2: hxxp://127[.]1/a"),
        ("c2: tcp://127.1", "c2: tcp[:]//127[.]1"),
        ("family: Gen.Loader", "family: Gen[.]Loader"),
        ("host: c2.example, port: 443", "host: c2[.]example, port: 443"),
    ],
)
def test_a_version_number_in_a_text_is_no_address(text: str, harmless: str) -> None:
    """Given version numbers and addresses in a text, then only what has the form of an address changes."""
    assert defang_text(text) == harmless
