"""docs/examples.md and the part of the READMEs that shows the actions' messages."""

from __future__ import annotations

import csv
import textwrap
from typing import TYPE_CHECKING, Final

from tools.examples import path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.simulation.stage import Shown

_HEAD: Final = """\
# What the actions say

Produced on the emulator and the local SecOps by `python -m tools.simulation`; a test compares. Do not edit.

The file, the URL and everything found in them is made up: see [limits.md](limits.md). Times and the folder of
the uploaded file, which differ from run to run, are replaced.
"""
BEGIN: Final = "<!-- python -m tools.simulation: begin -->"
END: Final = "<!-- end -->"


def page(shown: Iterable[Shown]) -> str:
    """The whole page, a section for each action."""
    return "\n".join([_HEAD, *(line for one in shown for line in _section(one))]).rstrip() + "\n"


def readme(text: str, shown: Iterable[Shown]) -> str:
    """A README with what stands between the two comments made anew.

    Raises:
        ValueError: The comments are not there, once each and in order.
    """
    before, begin, rest = text.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not begin or not end or BEGIN in old + after or END in after:
        raise ValueError(f"a README needs {BEGIN!r} and {END!r}, once each")
    lines = [f"{one.action}:\n{textwrap.indent(one.message, '    ')}" for one in shown]
    return f"{before}{BEGIN}\n```text\n" + "\n".join(lines) + f"\n```\n{END}{after}"


def _section(one: Shown) -> list[str]:
    lines = [f"## {one.action}", ""]
    if one.given:
        lines += ["Given:", "", *_table(("name", "value"), one.given.items()), ""]
    lines += ["Message:", "", "```text", one.message, "```", ""]
    lines += [f"Script result `is_success`: `{one.value}`. Processes: {one.rounds}.", ""]
    example = path_of(one.action.lower().replace(" ", "_"))
    if example.is_file():
        lines += [f"JSON result: [{example.name}](../integrations/vm_ray/resources/{example.name})", ""]
    for title, csv_lines in one.tables.items():
        header, *rows = csv.reader(csv_lines)
        lines += [f"Table *{title}*:", "", *_table(header, rows), ""]
    if one.insight:
        lines += ["Insight:", "", f"<blockquote>{one.insight}</blockquote>", ""]
    if one.enrichment:
        lines += ["Enrichment:", "", *_table(("field", "value"), one.enrichment.items()), ""]
    asked = ", ".join(f"`{endpoint}`" for endpoint in one.asked)
    return [*lines, f"Asked of VMRay: {asked}.", ""]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(header)} |",
        "|" + "---|" * len(header),
        *(f"| {' | '.join(_cell(value) for value in row)} |" for row in rows),
    ]


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
