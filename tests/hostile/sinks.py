"""Assertions for each sink, which hold for any text."""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from secops_lab.host import ActionRun
    from secops_lab.platform import Case

# The tags of an insight, and the only attribute that one of them has.
TAGS: Final = {"h2", "strong", "span", "p", "ul", "li", "em"}
COLOUR: Final = re.compile(r"color:#[0-9a-f]{6}")
PICTURE: Final = re.compile("data:image/(png|jpeg);base64,[0-9A-Za-z+/]+=*")
CLICKABLE: Final = re.compile(r"(?i)\bhttps?://|\bftp://")
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝")  # noqa: RUF001 - spreadsheets read it as =
# Control and format characters, line separators, surrogates.
_HIDDEN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
# Letters and marks that Unicode calls default ignorable, and format characters that are visible.
_IGNORABLE: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\ufe00\ufe0f\u3164\uffa0"
_VISIBLE_FORMAT: Final = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]"
)


def hidden(text: str) -> set[str]:
    """Return the characters that are invisible or change the direction of the text."""
    suspects = {each for each in set(text) if unicodedata.category(each) in _HIDDEN or each in _IGNORABLE}
    return {each for each in suspects if not _VISIBLE_FORMAT.match(each)}


def assert_lines(text: str, what: str) -> None:
    """Assert that a message or log is visible text without very long lines."""
    for line in text.split("\n"):
        assert hidden(line) == set(), f"{what}: {line[:200]!r}"
        assert len(line) < 10_000, f"{what}: a line of {len(line)} characters"


def assert_table(title: str, lines: Sequence[str]) -> None:
    """Assert that all lines of a table have as many cells, and that each cell is visible and no formula."""
    cells = lines[0].count(",") + 1
    for line in lines:
        assert line.count(",") + 1 == cells, f"{title[:80]}: {line[:200]!r}"
        assert hidden(line) == set(), f"{title[:80]}: {line[:200]!r}"
        for cell in line.split(","):
            assert not _is_formula(cell), f"{title[:80]}: {line[:200]!r}"
            assert '"' not in cell
        if not line.startswith("sample_webif_url,"):
            assert not CLICKABLE.search(line), f"{title[:80]}: {line[:200]!r}"


def _is_formula(cell: str) -> bool:
    return cell.strip().startswith(FORMULA_STARTS) and re.fullmatch(r"-?\d+(\.\d+)?", cell) is None


class Markup(HTMLParser):
    """The elements and texts of an HTML text, as a browser parses them.

    Attributes:
        elements: Tags with their attributes.
        others: Comments, declarations, instructions.
        text: The whole text.
        open: Tags that are not closed.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.others: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an element."""
        self.elements.append((tag, attrs))
        if tag != "img":  # it has no content and no end
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, and assert that it is this one."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Record text."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """Record a comment."""
        self.others.append(data)

    def handle_decl(self, decl: str) -> None:
        """Record a declaration."""
        self.others.append(decl)

    def unknown_decl(self, data: str) -> None:
        """Record a marked section."""
        self.others.append(data)

    def handle_pi(self, data: str) -> None:
        """Record a processing instruction."""
        self.others.append(data)


def assert_insight(html: str) -> str:
    """Assert that an insight has only our own elements, pictures of its own, and no link; return its text."""
    markup = Markup(html)
    assert markup.others == []
    assert markup.open == []
    pictures = [dict(attributes) for tag, attributes in markup.elements if tag == "img"]
    assert all(set(each) == {"src", "width"} and PICTURE.fullmatch(each["src"] or "") for each in pictures)
    for tag, attributes in markup.elements:
        if tag == "img":
            continue
        assert tag in TAGS
        assert [name for name, _ in attributes] == (["style"] if tag == "span" else [])
        assert all(COLOUR.fullmatch(value or "") for _, value in attributes)
    assert hidden(markup.text) == set(), markup.text[:300]
    assert not CLICKABLE.search(markup.text), markup.text[:300]
    assert len(html) < 100_000
    return markup.text


def assert_script_json(text: str) -> None:
    """Assert that JSON in a script element of a widget stays one script."""
    assert text.isascii()
    assert not set(text) & set("<>&\n\r")
    markup = Markup(f"<script>const data = {text};</script><p>after</p>")
    assert [tag for tag, _ in markup.elements] == ["script", "p"]
    assert markup.text == f"const data = {text};after"
    json.loads(text)


def assert_enrichment(fields: dict[str, str]) -> None:
    """Assert that enrichment fields are visible texts on one line, of limited length."""
    for name, value in fields.items():
        assert isinstance(value, str)
        assert hidden(value) == set(), f"{name}: {value[:200]!r}"
        assert len(value) <= 10_000, name


def strings_in(value: Any) -> Iterable[str]:  # noqa: ANN401 - any JSON value
    """Return all texts of a JSON value that are not keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings_in(item)


def assert_run(run: ActionRun) -> None:
    """Assert that all outputs of a run are safe: messages and logs of each round, JSON, tables."""
    assert_lines(run.message, "message")
    for one in run.rounds:
        assert one.output, one.stderr
        assert_lines(one.output["Message"], "message")
        assert_lines(one.output["DebugOutput"], "log")
        assert_lines(one.stderr, "stderr")
    if "JsonResult" in run.results:
        assert_script_json(run.results["JsonResult"]["RawJson"])
    for title, lines in run.tables.items():
        assert_table(title, lines)


def assert_case(case: Case) -> None:
    """Assert that all outputs in a case are safe: insights and enrichment."""
    for insight in case.insights:
        assert_insight(insight["content"])
    for entity in case.entities:
        fields = entity["additional_properties"].items()
        assert_enrichment({name: value for name, value in fields if name.startswith("VMRay_")})
