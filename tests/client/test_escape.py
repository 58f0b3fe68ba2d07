"""One escape per sink: whatever the text, it stays text there (properties, with Hypothesis)."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_text import one_line
from vm_ray.core.results.vmray_escape import csv_cell, defang, html_text, script_json, unclickable

HOSTILE = st.text() | st.text(st.sampled_from("<>&\"'/=+-@,;\\\n\r\t\0\u202e\u2028\u200b\ufeff\ud800é.:"))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | HOSTILE,
    lambda inner: st.lists(inner) | st.dictionaries(HOSTILE, inner),
    max_leaves=10,
)


class Elements(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data


@given(HOSTILE)
@example("</p><script>alert(1)</script>")
@example("&lt;script&gt;")
def test_text_in_html_is_no_markup(text: str) -> None:
    """The browser sees our element and, in it, the text."""
    seen = Elements()
    seen.feed(f"<p>{html_text(text)}</p>")
    seen.close()

    assert seen.tags == [("p", [])]
    assert seen.text == one_line(text, 2_000)


@given(HOSTILE)
@example('" onmouseover="alert(1)')
def test_text_in_a_quoted_attribute_stays_in_it(text: str) -> None:
    """In double quotes and in single ones."""
    seen = Elements()
    seen.feed(f"<p title=\"{html_text(text)}\" lang='{html_text(text)}'>")
    seen.close()

    ((_, attributes),) = seen.tags
    assert attributes == [("title", one_line(text, 2_000)), ("lang", one_line(text, 2_000))]


@given(HOSTILE | st.integers() | st.booleans())
@example("=HYPERLINK(1)")
@example(" =1+1")
@example("\u200b=1+1")
@example("＝1+1")  # noqa: RUF001 - read as = by spreadsheets
def test_a_cell_stays_a_cell_and_no_formula(value: object) -> None:
    """No comma, no quote, no line end, and no sign that a spreadsheet would run; numbers stay numbers."""
    cell = csv_cell(value)

    assert not set(cell) & set(',"\r\n')
    if isinstance(value, str):
        assert not cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))  # noqa: RUF001 - read as = by spreadsheets
    else:
        assert cell == str(value)


@given(JSON)
@example({"</script>": "<!--"})
def test_json_in_a_script_is_exactly_the_value_and_ends_nothing(value: object) -> None:
    """ASCII, without a sign that means something to HTML or to old JavaScript."""
    text = script_json(value)

    assert json.loads(text) == value
    assert text.isascii()
    assert not set(text) & set("<>&\n\r")


@given(HOSTILE, st.integers(1, 50))
def test_one_line_is_visible_and_short(text: str, limit: int) -> None:
    """No control, bidirectional or zero-width character; at most so many characters, a cut one marked."""
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
    """No scheme is left, and what is harmless already stays as it is."""
    harmless = defang(text)

    assert re.search(r"(?i)https?:|\bftp://", harmless) is None
    assert "@" in text or defang(harmless) == harmless


@given(st.text() | st.text(st.sampled_from("hftps:/.a1[]+-")))
@example("see http://http://a.b, ftp://c")
def test_an_unclickable_text_has_no_scheme_and_keeps_all_else(text: str) -> None:
    """For texts that are more than an address: a file name keeps its dots."""
    harmless = unclickable(text)

    assert re.search(r"(?i)https?:|\bftp://", harmless) is None
    assert unclickable(harmless) == harmless
    assert unclickable("a.exe of eve@evil.example") == "a.exe of eve@evil.example"


@pytest.mark.parametrize("piece", ["a.", ".a", "a-", "http:", "://", "a+b.", "@", "[.]"])
def test_a_text_made_to_take_long_takes_no_time(piece: str) -> None:
    """An attacker's long domain must not hold up the whole action: ten times the text, ten times as long.

    It takes a hundred times as long where each place is looked at from every other one.
    """

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        spent = []
        for _ in range(5):
            started = time.thread_time()
            defang(text)
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
def test_addresses_are_written_so_that_people_still_read_them(text: str, harmless: str) -> None:
    """The usual forms; what is harmless already stays as it is."""
    assert defang(text) == harmless
