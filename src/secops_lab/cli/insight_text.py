"""An insight's HTML as text for a terminal.

The HTML comes from the action; its values come from samples. The parser keeps only words,
line breaks and bold text; tags have no other effect. Script and style contents are dropped. A picture becomes
a word.
"""

from __future__ import annotations

from html.parser import HTMLParser

from rich.text import Text

from secops_lab.cli.terminal import printable, shortened

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "br",
        "div",
        "dl",
        "dt",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    ]
)
_BOLD = frozenset(["b", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "th"])
_SILENT = frozenset(["head", "noscript", "script", "style", "template", "title"])
_LONGEST_VALUE = 1_000


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = Text()
        self._bold = 0
        self._silent = 0
        self._line_is_empty = True
        self._space_owed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "li":
            self._break()
            self._write("• ")
        elif tag in _BLOCKS:
            self._break()
        elif tag == "img":
            self._picture(dict(attrs).get("alt") or "")
        elif tag in {"td", "th", "dd"} and not self._line_is_empty:
            self._write("  ")
        if tag in _BOLD:
            self._bold += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS or tag == "li":
            self._break()
        if tag in _BOLD:
            self._bold = max(0, self._bold - 1)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        words = " ".join(data.split())
        if not words:
            self._space_owed = True
            return
        if (self._space_owed or data[0].isspace()) and not self._line_is_empty:
            self._write(" ")
        self._write(shortened(printable(words), _LONGEST_VALUE))
        self._space_owed = data[-1].isspace()

    def _picture(self, description: str) -> None:
        if self._silent:
            return
        if self._space_owed and not self._line_is_empty:
            self._write(" ")
        words = " ".join(description.split())
        self._write(shortened(printable(f"[picture: {words}]" if words else "[picture]"), _LONGEST_VALUE))

    def _write(self, words: str) -> None:
        self.text.append(words, style="bold" if self._bold else "")
        self._line_is_empty = False
        self._space_owed = False

    def _break(self) -> None:
        if not self._line_is_empty:
            self.text.append("\n")
        self._line_is_empty = True
        self._space_owed = False


def insight_text(html: str) -> Text:
    """Return the text of an insight: one line per block, with the bold text of the HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.text.rstrip()
    return reader.text
