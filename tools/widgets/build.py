"""Build the widget files from their sources.

The hub wants one HTML file for each widget, and the platform may load nothing beside it. The three widgets
differ in their title and their nouns only, so style and script are written once and put into each file here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

SOURCE = Path(__file__).parent / "source"
WIDGETS = Path(__file__).parents[2] / "integrations" / "vm_ray" / "widgets"

PLACEHOLDER = "[{stepInstanceName}.JsonResult]"
"""What the platform replaces by the text of the action's JSON result."""

MOST_BYTES = 30_000
"""The largest a widget file may be."""

# The platform's placeholders are words with a dot between square brackets; a script that has one by accident
# (`rows[at.length]`) could be changed by it (inferred).
_LIKE_A_PLACEHOLDER = re.compile(r"\[[A-Za-z{_$][\w{}$ ]*\.[\w .]+\]")


@dataclass(frozen=True, slots=True)
class Widget:
    """What sets one widget apart from the others.

    Attributes:
        stem: The file's name without its ending, equal to the action's.
        title: The widget's name, as in its YAML.
        noun: What the action is asked about.
        nouns: The same, several of it.
    """

    stem: str
    title: str
    noun: str
    nouns: str


ALL = (
    Widget("scan_hash", "VMRay - Scan Hash", "hash", "hashes"),
    Widget("scan_url", "VMRay - Scan URL", "URL", "URLs"),
    Widget("upload_file_and_get_report", "VMRay - Upload File And Get Report", "file", "files"),
)


class WidgetError(ValueError):
    """A source that would give a widget the platform cannot use."""


def policy(script: str, style: str) -> str:
    """The Content-Security-Policy of a widget: its own script and style, and nothing else.

    Whether the platform escapes `</script>` in the JSON that it puts in is unknown. Where a text of a sample
    breaks out of the data's element after all, this keeps it from running or loading anything.
    """

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return (
        f"default-src 'none'; script-src {digest(script)}; style-src {digest(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _plain(source: str) -> str:
    """A source without its comment lines and its indentation, which a browser does not need."""
    lines = (line.strip() for line in source.splitlines())
    return "\n" + "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def build(widget: Widget) -> str:
    """Give the text of one widget's HTML file.

    Raises:
        WidgetError: The file would be too large, or hold what the platform would take for a placeholder.
    """
    style = _plain((SOURCE / "widget.css").read_text("utf-8"))
    parts = [_plain(path.read_text("utf-8")) for path in sorted(SOURCE.glob("*.js"))]
    script = '\n(() => {\n"use strict";' + "".join(parts) + "})();\n"
    if found := _LIKE_A_PLACEHOLDER.search(script + style):
        raise WidgetError(f"{found.group()} reads like a placeholder of the platform")
    values = {
        "policy": policy(script, style),
        "title": escape(widget.title),
        "style": style,
        "script": script,
        "noun": widget.noun,
        "nouns": widget.nouns,
        "placeholder": PLACEHOLDER,
    }
    page = re.sub(r"@(\w+)@", lambda name: values[name[1]], (SOURCE / "page.html").read_text("utf-8"))
    if len(page.encode()) >= MOST_BYTES:
        raise WidgetError(
            f"{widget.stem} has {len(page.encode())} bytes, allowed are fewer than {MOST_BYTES}"
        )
    return page


def path_of(widget: Widget) -> Path:
    """Where a widget's built file belongs."""
    return WIDGETS / f"{widget.stem}.html"
