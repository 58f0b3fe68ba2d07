"""The insight of an entity: simple HTML with inline styles, for the platform's case view.

The verdict comes first, as a colour and as a word. Then follow facts about the sample, the number of IOCs, and the
strongest threat indicators. Every value of a sample goes through ``html_text``; addresses are defanged.
"""

from __future__ import annotations

from typing import Final

from ...core.api.vmray_models import IOC_TYPES, Json, text_of, texts
from ...core.api.vmray_verdicts import UNRECOGNIZED, Verdict, verdict_of
from ...core.results.vmray_escape import defang, html_text, unclickable
from ...core.results.vmray_iocs import ioc_names, title_of
from ...core.results.vmray_report import INDICATORS, IOCS, SampleReport
from ...core.results.vmray_unknown_values import score_cell

# Readable on light and on dark backgrounds (contrast above 3:1 on both). The word also works without colour.
COLOURS: Final = {
    "malicious": "#d93025",
    "suspicious": "#c26401",
    UNRECOGNIZED: "#a142f4",
    "clean": "#188038",
    "none": "#70757a",
}
UNREAD: Final = "<p>Could not be read; the note says why.</p>"
MAX_NAMES: Final = 3
MAX_NAME_LENGTH: Final = 120


def insight(report: SampleReport) -> str:
    """Return the insight of one entity."""
    parts = [
        headline("Verdict", verdict_html(report.sample.verdict)),
        _facts(report),
        _iocs(report),
        _indicators(report),
    ]
    parts += [f"<p><em>Note: {html_text(note)}.</em></p>" for note in report.notes]
    return "".join(parts)


def headline(title: str, verdict: str) -> str:
    """Return the first line of an insight.

    Args:
        title: Our own words before the verdict.
        verdict: The verdict as HTML.
    """
    return f"<h2><strong>{title}: {verdict}</strong></h2>"


def verdict_html(verdict: Verdict) -> str:
    """Return a verdict as HTML: its word in its colour."""
    return coloured(verdict, _word(verdict))


def coloured(verdict: Verdict, html: str) -> str:
    """Return HTML in the colour of a verdict."""
    return f'<span style="color:{COLOURS[verdict.rating]}">{html}</span>'


def _word(verdict: Verdict) -> str:
    return html_text(unclickable(verdict.word))


def _facts(report: SampleReport) -> str:
    raw = report.sample.raw
    facts = {
        "Threat names": ", ".join(texts(raw.get("sample_threat_names"))),
        "Classifications": ", ".join(texts(raw.get("sample_classifications"))),
        "Type": text_of(raw, "sample_type"),
        "Name": text_of(raw, "sample_filename"),
        "URL": defang(text_of(raw, "sample_url")),
        "First seen by VMRay": text_of(raw, "sample_created"),
        "Why": text_of(raw, "sample_verdict_reason_description"),
    }
    return "".join(
        f"<p><strong>{name}:</strong> {html_text(unclickable(value), 500)}</p>"
        for name, value in facts.items()
        if value
    )


def _iocs(report: SampleReport) -> str:
    lines = [_ioc_line(report, ioc_type) for ioc_type in IOC_TYPES if report.iocs[ioc_type]]
    none = UNREAD if IOCS in report.unread else "<p>None match the filters of this action.</p>"
    body = f"<ul>{''.join(lines)}</ul>" if lines else none
    return f"<p><strong>IOCs</strong></p>{body}"


def _ioc_line(report: SampleReport, ioc_type: str) -> str:
    shown = report.iocs[ioc_type]
    matched = report.matched.get(ioc_type, len(shown))
    count = str(matched) if matched == len(shown) else f"{len(shown)} of {matched}"
    names = [(defang(name), verdict_of(ioc)) for ioc in shown[:MAX_NAMES] for name in ioc_names(ioc_type, ioc)[:1]]
    listed = ", ".join(f"{html_text(name, MAX_NAME_LENGTH)} ({_word(verdict)})" for name, verdict in names)
    more = ", …" if len(shown) > MAX_NAMES else ""
    return f"<li>{title_of(ioc_type)} ({count}){': ' if listed else ''}{listed}{more}</li>"


def _indicators(report: SampleReport) -> str:
    if not report.indicators:
        none = UNREAD if INDICATORS in report.unread else "<p>None at or above the score threshold.</p>"
        return f"<p><strong>Threat indicators</strong></p>{none}"
    lines = [
        f"<li>{html_text(str(score_cell(each)))}/5 {_field(each, 'category')}: {_field(each, 'operation')}</li>"
        for each in report.indicators
    ]
    return f"<p><strong>Threat indicators</strong></p><ul>{''.join(lines)}</ul>"


def _field(indicator: Json, field: str) -> str:
    return html_text(unclickable(text_of(indicator, field)))
