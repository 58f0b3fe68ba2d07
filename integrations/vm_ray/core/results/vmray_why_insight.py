"""The insight of a complete report: why the sample has its verdict, as simple HTML with inline styles."""

from __future__ import annotations

from typing import Final

from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_escape import html_text, unclickable
from ...core.results.vmray_full_report import FullReport
from ...core.results.vmray_insight import coloured, headline
from ...core.results.vmray_why import Section

NOTE_LENGTH: Final = 500


def why_insight(report: FullReport) -> str:
    """Return the insight: the sections of the explanation in their order, then other notes."""
    verdict, *others = report.why.sections
    missing = set(report.why.missing)
    notes = [each for note in report.base.notes if (each := unclickable(note)) not in missing]
    return "".join(
        [
            _verdict(verdict, report.sample.verdict),
            *map(_section, others),
            *(f"<p><em>Note: {html_text(note, NOTE_LENGTH)}.</em></p>" for note in notes),
        ]
    )


def _verdict(section: Section, verdict: Verdict) -> str:
    word, *reasons = map(html_text, section.lines)
    return headline(section.title, coloured(verdict, word)) + "".join(f"<p>{reason}</p>" for reason in reasons)


def _section(section: Section) -> str:
    lines = "".join(f"<li>{html_text(line)}</li>" for line in section.lines)
    return f"<p><strong>{section.title}</strong></p><ul>{lines}</ul>"
