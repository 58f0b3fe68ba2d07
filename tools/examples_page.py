"""Write docs/examples.md, and the messages of the actions for the READMEs."""

from __future__ import annotations

import csv
import textwrap
from typing import TYPE_CHECKING, Final

from tools.json_examples import path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.performance import Performance

_HEAD: Final = """\
# What the actions return

Produced on the emulator and the local SecOps by `make generate`. Do not edit.

Files, URLs and findings are invented: see [limits.md](limits.md). Times and folders
differ from run to run, so they are replaced.
"""


def page(performances: Iterable[Performance]) -> str:
    """Return the whole page, a section for each action."""
    return "\n".join([_HEAD, *(line for one in performances for line in _section(one))]).rstrip() + "\n"


def messages(performances: Iterable[Performance]) -> str:
    """Return the messages of the actions as a block of text for a README."""
    lines = [f"{one.action.name}:\n{textwrap.indent(one.message, '    ')}" for one in performances]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _section(one: Performance) -> list[str]:
    lines = [f"## {one.action.name}", ""]
    if one.given:
        lines += ["Given:", "", *_table(("name", "value"), one.given.items()), ""]
    lines += ["Message:", "", "```text", one.message, "```", ""]
    lines += [f"Script result `{one.result_name}`: `{one.value}`. Processes: {one.rounds}.", ""]
    if one.json is not None:
        example = path_of(one.action.stem)
        lines += [f"JSON result: [{example.name}](../integrations/vm_ray/resources/{example.name})", ""]
    for title, csv_lines in one.tables.items():
        header, *rows = csv.reader(csv_lines)
        lines += [f"Table *{title}*:", "", *_table(header, rows), ""]
    if one.insight:
        lines += ["Insight:", "", f"<blockquote>{one.insight}</blockquote>", ""]
    if one.enrichment:
        lines += ["Enrichment:", "", *_table(("field", "value"), one.enrichment.items()), ""]
    requested = ", ".join(f"`{endpoint}`" for endpoint in one.endpoints)
    return [*lines, f"Requests to VMRay: {requested}.", ""]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(header)} |",
        "|" + "---|" * len(header),
        *(f"| {' | '.join(_cell(value) for value in row)} |" for row in rows),
    ]


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
