"""No text from a sample can control the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secops_lab.cli.insight_text import insight_text
from secops_lab.cli.terminal import cell, printable, shortened

CONTROLLING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


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
def test_control_characters_are_escaped(hostile: str, shown: str) -> None:
    """Control, bidirectional and invisible characters become escapes; all others stay unchanged."""
    assert printable(hostile) == shown
    assert cell(hostile).plain == shown


def test_a_message_keeps_its_line_breaks_only() -> None:
    """Given a message, then newlines stay, because the message has lists."""
    assert printable("one\r\ntwo\n\x1b[2Jthree\rfour", multiline=True) == "one\ntwo\n\\x1b[2Jthree\\rfour"


@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_text_controls_the_terminal(text: str) -> None:
    """Given any text, then the printed text has no control characters and can be encoded."""
    shown = printable(text)
    assert not {unicodedata.category(character) for character in shown} & CONTROLLING
    shown.encode("utf-8")


@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_insight_controls_the_terminal(text: str) -> None:
    """Given any text in an attribute or in an element of an insight, then no control character is printed."""
    shown = insight_text(f"<p title='{text}'>{text}</p><script>{text}</script>").plain.replace("\n", "")
    assert not {unicodedata.category(character) for character in shown} & CONTROLLING


def test_long_values_are_shortened() -> None:
    """Given a value of a megabyte, then it is shortened, and the number of omitted characters is printed."""
    assert shortened("a" * 12, 10) == "aaaaaaaaaa… (2 more characters)"
    assert len(cell("a" * 1_000_000).plain) < 2_100


def test_an_insight_becomes_lines() -> None:
    """Blocks become lines, list items get a bullet, bold stays, scripts and styles are removed."""
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


def test_a_picture_becomes_a_word() -> None:
    """The data of a picture is not printed; its description is, without control characters."""
    html = "<p>See <img src='data:image/png;base64,aGk='></p>"
    html += "<img alt=' a \x1b  b ' src=x>, <script><img></script>"
    assert insight_text(html).plain == "See [picture]\n[picture: a \\x1b b],"


def test_broken_html_is_read_to_its_end() -> None:
    """Given tags that are not closed or not opened, then no word is lost."""
    assert insight_text("</b></div><b>one<div>two</p><li>three <i>four").plain == "one\ntwo\n• three four"
