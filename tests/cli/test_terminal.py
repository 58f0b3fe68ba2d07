"""Nothing that a sample is called may act on the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secops_lab.cli.insight_text import insight_text
from secops_lab.cli.terminal import cell, printable, shortened

ACTING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("invoice\u202efdp.exe", r"invoice\u202efdp.exe"),
        ("a\u2066b\u2069", r"a\u2066b\u2069"),
        ("a\r\nb\rc", r"a\r\nb\rc"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("lone \ud800 surrogate", r"lone \ud800 surrogate"),
        ("tab\there", "tab here"),
        ("[bold]no markup[/bold] :smile:", "[bold]no markup[/bold] :smile:"),
        ("naïve 文件 файл", "naïve 文件 файл"),
    ],
)
def test_acting_characters_are_written_out(hostile: str, shown: str) -> None:
    """Control, bidirectional and invisible characters read as escapes, all else stays as it is."""
    assert printable(hostile) == shown
    assert cell(hostile).plain == shown


def test_a_message_keeps_its_lines_and_nothing_else() -> None:
    """In a message newlines stay, so that its list of entities reads as written."""
    assert printable("one\r\ntwo\n\x1b[2Jthree\rfour", multiline=True) == "one\ntwo\n\\x1b[2Jthree\\rfour"


@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_text_acts(text: str) -> None:
    """Whatever the text, what is shown holds no character that acts, and can be encoded."""
    shown = printable(text)
    assert not {unicodedata.category(character) for character in shown} & ACTING
    shown.encode("utf-8")


@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_insight_acts(text: str) -> None:
    """The same holds for an insight's words, whether the text stands in its tags or between them."""
    shown = insight_text(f"<p title='{text}'>{text}</p><script>{text}</script>").plain.replace("\n", "")
    assert not {unicodedata.category(character) for character in shown} & ACTING


def test_long_values_are_cut_and_say_so() -> None:
    """A value of a megabyte does not fill the screen."""
    assert shortened("a" * 12, 10) == "aaaaaaaaaa… (2 more characters)"
    assert len(cell("a" * 1_000_000).plain) < 2_100


def test_an_insight_reads_as_lines() -> None:
    """Blocks become lines, list items get a bullet, bold stays, scripts and styles vanish."""
    html = (
        "<style>p { color: red }</style><h3>Verdict: <span style='color:red'>malicious</span></h3>"
        "<p>Threat   names:\n<b>Gen.Loader</b></p><ul><li>5/5 &lt;b&gt;Dropper</li><li>4/5 Run key</li></ul>"
        "<table><tr><td>files</td><td>3</td></tr></table><script>alert(1)</script>"
    )
    text = insight_text(html)
    assert text.plain == (
        "Verdict: malicious\nThreat names: Gen.Loader\n• 5/5 <b>Dropper\n• 4/5 Run key\nfiles  3"
    )
    bold = {text.plain[span.start : span.end].strip() for span in text.spans if span.style == "bold"}
    assert bold - {""} == {"Verdict:", "malicious", "Gen.Loader"}


def test_broken_html_is_read_to_its_end() -> None:
    """Unclosed and unopened tags lose no words."""
    assert insight_text("</b></div><b>one<div>two</p><li>three <i>four").plain == "one\ntwo\n• three four"
