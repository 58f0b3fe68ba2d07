"""Given any text (Hypothesis), then everything that people and widgets get is safe."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.hostile.sinks import (
    assert_enrichment,
    assert_insight,
    assert_lines,
    assert_script_json,
    assert_table,
)
from tests.hostile.strategies import ANY, JSON, quick

from vm_ray.core.api.vmray_models import IOC_TYPES, Aggregate, Sample
from vm_ray.core.api.vmray_protocol import decipher
from vm_ray.core.api.vmray_text import one_line
from vm_ray.core.api.vmray_verdicts import VERDICTS
from vm_ray.core.results.vmray_enrichment import enrichment
from vm_ray.core.results.vmray_entity_result import EntityRecord
from vm_ray.core.results.vmray_escape import html_text
from vm_ray.core.results.vmray_insight import insight
from vm_ray.core.results.vmray_messages import enriched, listed, waiting, with_details
from vm_ray.core.results.vmray_report import ReportFilter, SampleReport, make_report
from vm_ray.core.results.vmray_tables import extra_tables, sample_table


def report_of(text: str, nested: Any = None) -> SampleReport:  # noqa: ANN401 - any JSON value
    """Return a report with the text in every field that VMRay could fill."""
    fields = ("sample_filename", "sample_type", "sample_url", "sample_display_url", "sample_created")
    raw = dict.fromkeys(fields, text) | {
        "sample_id": 1,
        "sample_verdict": "malicious",
        "sample_threat_names": [text, text],
        "sample_classifications": text,
        "sample_verdict_reason_description": text,
        "sample_new": nested,
        text: text,
    }
    names = (
        "domain",
        "email",
        "sender",
        "subject",
        "filename",
        "ip_address",
        "mutex_name",
        "cmd_line",
        "reg_key_name",
        "url",
    )
    ioc = dict.fromkeys(names, text) | {
        "recipients": [text],
        "operations": [text],
        "categories": [text],
        "hashes": [{"sha256_hash": text}],
        "process_names": [text],
        "verdict": "malicious",
    }
    everything = ReportFilter(IOC_TYPES, frozenset(VERDICTS), 10, 0, 10)
    indicators = [{"score": 5, "category": text, "operation": text, "classifications": [text]}]
    return make_report(
        Sample.from_json(raw),
        Aggregate(finished=True, content={name: [ioc] for name in IOC_TYPES}),
        Aggregate(finished=True, content=indicators),
        everything,
    )


@quick
@given(ANY)
def test_insights_are_our_own_elements(text: str) -> None:
    """The text is in the text of elements, never in attributes."""
    assert_insight(insight(report_of(text)))


@quick
@given(ANY, JSON)
def test_tables_keep_their_columns(text: str, nested: object) -> None:
    """Given unknown fields with any names and nested values, then the number of columns is the same."""
    report = report_of(text, nested)

    assert_table("sample", sample_table(report))
    for title, lines in extra_tables("ID", report).items():
        assert_table(title, lines)


@quick
@given(ANY)
def test_enrichment_is_one_visible_line(text: str) -> None:
    """Given any text, then each field is visible, on one line, and of limited length."""
    assert_enrichment(enrichment(report_of(text)))


@quick
@given(ANY, JSON)
@example("</script><script>", {"<!--": "<script>"})
def test_json_is_exact_and_safe_in_a_script(text: str, nested: object) -> None:
    """A browser finds one script; a parser reads exactly what VMRay returned."""
    report = report_of(text, nested)
    written = EntityRecord.of(text, report).json_text()

    assert_script_json(written)
    result = json.loads(written)
    assert result["Entity"] == text
    assert result["EntityResult"] == {
        **report.sample.raw,
        "iocs": report.iocs,
        "threat_indicators": report.indicators,
    }


@quick
@given(st.lists(ANY, min_size=1, max_size=5), ANY)
def test_a_name_is_one_line_of_a_message(names: list[str], reason: str) -> None:
    """Given any names, then the message has one line per name."""
    for message in (listed("Names: ", names), enriched(names, {}), waiting(names)):
        assert_lines(message, "message")
    assert len(listed("Names: ", names).split("\n")) == len(names)
    message_with_details = with_details(["Sentence."], [(name, reason or "why") for name in names])
    assert_lines(message_with_details, "message")
    assert len(message_with_details.split("\n")) == 3 + len(names)


@quick
@given(ANY, st.sampled_from([400, 403, 500]))
def test_a_servers_reason_is_one_line(text: str, status: int) -> None:
    """Given the reason in VMRay's envelope or as the raw body, then the error is one line."""
    for body in (
        json.dumps({"result": "error", "error_msg": text}).encode(),
        text.encode("utf-8", "replace"),
    ):
        with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is another test's matter
            decipher(status, {}, body)
        assert_lines(str(raised.value), "reason")
        assert "\n" not in str(raised.value)


@quick
@given(ANY)
@example("x' onload='y")
def test_text_in_an_attribute_stays_in_it(text: str) -> None:
    """Given both types of quotes and other attributes, then the attribute has exactly the text."""
    seen: list[list[tuple[str, str | None]]] = []

    class Attributes(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base class's signature
            seen.append(attrs)

    parser = Attributes()
    parser.feed(f"<i title=\"{html_text(text)}\" lang='{html_text(text)}' id=z>")
    parser.close()
    shown = one_line(text, 2_000)
    assert seen == [[("title", shown), ("lang", shown), ("id", "z")]]
