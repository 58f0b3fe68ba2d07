"""Build the widget files from their sources.

The hub requires one HTML file for each widget, without other files. The widgets differ in their title and
their nouns, so style and script are written once and copied into each file. The parts in `source/own` begin
with a comment `// With: KEY, KEY` or `// With: KEY; without: KEY`: a widget has those whose keys occur in the
JSON result of its action, because a widget with all parts would be too large. Every action with a JSON result
has a widget.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from tools.readme_blocks import first_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.performance import Performance

SOURCE = Path(__file__).parent / "source"
WIDGETS = Path(__file__).parents[2] / "integrations" / "vm_ray" / "widgets"

PLACEHOLDER = "[{stepInstanceName}.JsonResult]"
"""The platform replaces this text by the action's JSON result."""

MOST_BYTES = 30_000
"""Upper limit of the size of a widget file."""

# The platform's placeholders are words with a dot between square brackets; a script with such text
# (`rows[at.length]`) could be changed by it (inferred).
_LIKE_A_PLACEHOLDER = re.compile(r"\[[A-Za-z{_$][\w{}$ ]*\.[\w .]+\]")


# A text, which stays as it is, or a sign with spaces that neither a script nor a style needs.
_SPACED = re.compile(r'("(?:\\.|[^"\\\n])*")| *([=!]==|[<>]=|=>|&&|[|][|]|[?][?]|[{};,:?=+<>]) *')

# The condition of a part: the keys of which one must occur, then those of which none may occur.
_CONDITION = re.compile(r"// With: ([\w, ]+)(?:; without: ([\w, ]+))?\n")


@dataclass(frozen=True, slots=True)
class Widget:
    """The values that differ between widgets.

    Attributes:
        stem: The file's name without its ending, equal to the action's.
        action: The name of the action.
        about: One sentence about what the widget shows.
        noun: The subject of the action.
        nouns: The plural of the noun.
        signs: The beginning of the JSON result, then texts that the result contains.
        keys: All keys of the JSON result.
    """

    stem: str
    action: str
    about: str
    noun: str
    nouns: str
    signs: tuple[str, ...]
    keys: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """Return the name of the widget."""
        return f"VMRay - {self.action}"


# The subject of a widget: the type of the entities for a list, otherwise a key of the JSON result.
_NOUNS: Final = {
    "FILEHASH": ("hash", "hashes"),
    "DestinationURL": ("URL", "URLs"),
    "files": ("file", "files"),
}
_ITEM: Final = ("item", "items")


def widget_of(one: Performance) -> Widget:
    """Return the widget of an action, from its declaration and the JSON result of its usual run."""
    if isinstance(one.json, list):
        (kind,) = (name for name in one.given if name in _NOUNS)
        signs: tuple[str, ...] = ("[", "{", "Entity", "EntityResult")
    else:
        kind = next((name for name in one.json if name in _NOUNS), "items")
        signs = ("{", *(name for name in ("data", "result", "outcome") if name in one.json))
    noun, nouns = _NOUNS.get(kind, _ITEM)
    about = (
        f"{first_sentence(one.action.description)} - shown with verdicts, reasons and links to the reports."
    )
    return Widget(one.action.stem, one.action.name, about, noun, nouns, signs, keys_of(one.json))


def keys_of(value: object) -> frozenset[str]:
    """Return the keys of all objects in a JSON value."""
    if isinstance(value, list):
        return frozenset().union(*(keys_of(each) for each in value))
    if isinstance(value, dict):
        return frozenset(value).union(*(keys_of(each) for each in value.values()))
    return frozenset()


def widget_files(performances: Iterable[Performance]) -> dict[Path, str]:
    """Return the files of all widgets, with their texts: every action with a JSON result has a widget."""
    widgets = [widget_of(one) for one in performances if one.json is not None]
    return {
        WIDGETS / f"{widget.stem}.{ending}": text
        for widget in widgets
        for ending, text in (("html", build(widget)), ("yaml", declaration(widget)))
    }


def declaration(widget: Widget) -> str:
    """Return the text of one widget's YAML file, as the hub reads it."""
    start, *contained = widget.signs
    matches = [("starts_with", start), *(("contains", text) for text in contained)]
    declared = {
        "title": widget.title,
        "type": "html",
        "scope": "alert",
        "action_identifier": widget.action,
        "description": widget.about,
        "data_definition": {
            "html_height": 400,
            "safe_rendering": False,
            "type": "html",
            "widget_definition_scope": "both",
        },
        "condition_group": {
            "logical_operator": "and",
            "conditions": [
                {"field_name": PLACEHOLDER, "match_type": match, "value": value} for match, value in matches
            ],
        },
        "default_size": "half_width",
    }
    return yaml.safe_dump(declared, sort_keys=False, allow_unicode=True, width=1_000)


class WidgetError(ValueError):
    """The sources give a widget that the platform cannot use."""


def policy(script: str, style: str) -> str:
    """Return the Content-Security-Policy of a widget: only its own script and style are allowed.

    It is unknown whether the platform escapes `</script>` in the JSON that it inserts. If text of a sample
    leaves the element of the data, this policy prevents that the text runs or loads anything.
    """

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return (
        f"default-src 'none'; script-src {digest(script)}; style-src {digest(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _plain(source: str) -> str:
    """Return a source without comment lines and spaces that a browser does not need."""
    lines = (line.strip() for line in source.splitlines())
    kept = "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))
    return "\n" + _SPACED.sub(lambda found: found[1] or found[2], kept)


def parts_of(keys: frozenset[str]) -> list[Path]:
    """Return the files of `source/own` for a JSON result with these keys."""
    found = []
    for path in sorted((SOURCE / "own").glob("*.js")):
        first = _CONDITION.match(path.read_text("utf-8"))
        if first is None:
            raise WidgetError(f"{path.name} does not begin with a comment about its keys")
        wanted, unwanted = (set((part or "").split(", ")) for part in first.groups())
        if wanted & keys and not unwanted & keys:
            found.append(path)
    return found


def build(widget: Widget) -> str:
    """Return the text of one widget's HTML file.

    Raises:
        WidgetError: The file is too large, or contains text that the platform could replace as a placeholder.
    """
    style = _plain((SOURCE / "widget.css").read_text("utf-8"))
    sources = (*sorted(SOURCE.glob("*.js")), *parts_of(widget.keys))
    parts = [_plain(path.read_text("utf-8")) for path in sources]
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
