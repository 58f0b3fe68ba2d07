"""What must hold in each place where a text ends up, whatever the text."""

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

# Own tags of an insight, and the only attribute that one of them has.
TAGS: Final = {"h2", "strong", "span", "p", "ul", "li", "em"}
COLOUR: Final = re.compile(r"color:#[0-9a-f]{6}")
CLICKABLE: Final = re.compile(r"(?i)\bhttps?://|\bftp://")
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝")  # noqa: RUF001 - spreadsheets read it as =
# Control and format characters, separators of lines, halves of pairs.
_HIDDEN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
# Letters and marks that Unicode calls default ignorable; and format characters that are seen.
_BLANK: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\ufe00\ufe0f\u3164\uffa0"
_SEEN: Final = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]"
)


def hidden(text: str) -> set[str]:
    """The characters that a reader does not see, or that move what he sees."""
    odd = {each for each in set(text) if unicodedata.category(each) in _HIDDEN or each in _BLANK}
    return {each for each in odd if not _SEEN.match(each)}


def assert_lines(text: str, what: str) -> None:
    """A message or log: visible text, its lines not over-long."""
    for line in text.split("\n"):
        assert hidden(line) == set(), f"{what}: {line[:200]!r}"
        assert len(line) < 10_000, f"{what}: a line of {len(line)} characters"


def assert_table(title: str, lines: Sequence[str]) -> None:
    """A table: as many cells a line as the header has, none of them a formula or more than visible text."""
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
    """What a browser would make of an HTML text.

    Attributes:
        elements: Tags with their attributes.
        others: Comments, declarations, instructions.
        text: All text.
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
        """Keep an element."""
        self.elements.append((tag, attrs))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must be this one."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """Keep a comment."""
        self.others.append(data)

    def handle_decl(self, decl: str) -> None:
        """Keep a declaration."""
        self.others.append(decl)

    def unknown_decl(self, data: str) -> None:
        """Keep a marked section."""
        self.others.append(data)

    def handle_pi(self, data: str) -> None:
        """Keep a processing instruction."""
        self.others.append(data)


def assert_insight(html: str) -> str:
    """An insight: our own elements only, visible text, nowhere to click; returns the text."""
    seen = Markup(html)
    assert seen.others == []
    assert seen.open == []
    for tag, attributes in seen.elements:
        assert tag in TAGS
        assert [name for name, _ in attributes] == (["style"] if tag == "span" else [])
        assert all(COLOUR.fullmatch(value or "") for _, value in attributes)
    assert hidden(seen.text) == set(), seen.text[:300]
    assert not CLICKABLE.search(seen.text), seen.text[:300]
    assert len(html) < 100_000
    return seen.text


def assert_script_json(text: str) -> None:
    """JSON for a widget: pasted into a script element it is one script, and nothing ends it."""
    assert text.isascii()
    assert not set(text) & set("<>&\n\r")
    seen = Markup(f"<script>const data = {text};</script><p>after</p>")
    assert [tag for tag, _ in seen.elements] == ["script", "p"]
    assert seen.text == f"const data = {text};after"
    json.loads(text)


def assert_enrichment(fields: dict[str, str]) -> None:
    """Enrichment: texts, visible, on one line, not over-long."""
    for name, value in fields.items():
        assert isinstance(value, str)
        assert hidden(value) == set(), f"{name}: {value[:200]!r}"
        assert len(value) <= 10_000, name


def strings_in(value: Any) -> Iterable[str]:  # noqa: ANN401 - any JSON value
    """All texts of a JSON value that are not keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings_in(item)


def assert_run(run: ActionRun) -> None:
    """All that a run hands over: messages and logs of each round, JSON, tables."""
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
    """All that runs left in a case: insights and enrichment."""
    for insight in case.insights:
        assert_insight(insight["content"])
    for entity in case.entities:
        fields = entity["additional_properties"].items()
        assert_enrichment({name: value for name, value in fields if name.startswith("VMRay_")})
