"""The insight of Get Child Samples: the worst verdict, and the tree as indented text with the path to it in bold."""

from __future__ import annotations

from typing import Final

from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_child_samples import Families
from ...core.results.vmray_escape import html_text, unclickable
from ...core.results.vmray_family import Place, Tree, Worst
from ...core.results.vmray_insight import headline, verdict_html
from ...core.results.vmray_sample_fields import name_of, readable_name

MAX_LINES: Final = 50
MAX_NAME_LENGTH: Final = 120
_INDENT: Final = "&nbsp;" * 4


def family_insight(tree: Tree, worst: Worst, families: Families) -> str:
    """Return the insight of one family; each line of the path to the worst verdict is shown."""
    path = {place.number for place in worst.path}
    places = [*tree.places, *(place for place in worst.path if place not in tree.places)]
    shown = [place for number, place in enumerate(places) if number < MAX_LINES or place.number in path]
    verdicts = families.verdicts
    lines = []
    for place in shown:
        line = _line(place, families, verdicts.get(place.number, Verdict.NONE))
        indent = _INDENT * place.depth
        lines.append(f"<p>{indent}{f'<strong>{line}</strong>' if place.number in path else line}</p>")
    if hidden := len(places) - len(shown):
        lines.append(f"<p>… and {hidden} more</p>")
    return f"{headline('Worst verdict', verdict_html(worst.verdict))}{''.join(lines)}"


def _line(place: Place, families: Families, verdict: Verdict) -> str:
    sample = families.samples.get(place.number)
    relation = f"{html_text(unclickable(place.relation), MAX_NAME_LENGTH)}: " if place.relation else ""
    name = f"{html_text(readable_name(name_of(sample.raw) or ''), MAX_NAME_LENGTH)} " if sample else ""
    return f"{relation}{name}(sample {place.number}) {verdict_html(verdict)}"
