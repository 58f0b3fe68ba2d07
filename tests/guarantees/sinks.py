"""Hostile texts, and assertions that each sink keeps them as text."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.guarantees.matrix.world import World

    from secops_lab.host import ActionRun

CORPUS: Final = (
    '</script><script>alert("1")</script>',
    "<img src=x onerror=alert(1)>",
    "\"'><b onmouseover='x()'>",
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1:A9)",
    'line\r\nbreak, comma\tand "quotes"',
    "\u202egpj.exe",
    "zero\u200bwidth\ufeff and \x00\x07\x1b[31mcontrol",
    "\U0001f600 \u0130 \u00e9 \u4e2d\u6587",
    "<!--<script>",
    "{{7*7}}${7*7}",
    "x" * 6000,
    "\u2028\u2029]]>",
)
INVISIBLE: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
TAGS: Final = {"h2", "strong", "span", "p", "ul", "li", "em"}


class ForeignMarkup(HTMLParser):
    """Parses HTML as a browser does, and records everything that is not an element of the insight."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.foreign: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an element that is not ours. Our elements have at most a colour as their style."""
        styled = [
            (name, value)
            for name, value in attrs
            if not (name == "style" and re.fullmatch(r"color:#\w+", value or ""))
        ]
        if tag not in TAGS or styled:
            self.foreign.append(f"<{tag} {styled}>")

    def handle_comment(self, data: str) -> None:
        """Record a comment: our HTML has none."""
        self.foreign.append(data)

    def handle_decl(self, decl: str) -> None:
        """Record a declaration: our HTML has none."""
        self.foreign.append(decl)

    handle_pi = unknown_decl = handle_comment


def is_number(text: str) -> bool:
    """Return whether a spreadsheet reads the text as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def assert_cells(lines: list[str]) -> None:
    """Assert that each line has as many cells as the head, and none that a spreadsheet would execute."""
    width = lines[0].count(",")
    for line in lines[1:]:
        assert line.count(",") == width
        assert INVISIBLE.search(line) is None
        for cell in line.split(","):
            assert '"' not in cell

            assert not cell.startswith(("=", "+", "-", "@")) or is_number(cell)


def assert_text_stays_text(world: World, run: ActionRun) -> None:
    """Assert it for messages, logs, tables, insights and enrichment."""
    for text in (run.message, *(each.stderr for each in run.rounds), run.debug_output):
        assert INVISIBLE.search(text) is None
    for lines in run.tables.values():
        assert_cells(lines)
    for each in world.case.insights:
        assert ForeignMarkup(each["content"]).foreign == []
        assert INVISIBLE.search(html.unescape(each["content"])) is None
    for entity in world.case.entities:
        ours = {
            name: value
            for name, value in entity["additional_properties"].items()
            if name.startswith("VMRay_")
        }
        assert all(isinstance(value, str) and INVISIBLE.search(value) is None for value in ours.values())
    raw = run.results["JsonResult"]["RawJson"] if "JsonResult" in run.results else ""
    assert raw.isascii()
    assert not re.search("[<>&]", raw)
