"""Samples of attackers, through every sink of Scan Hash and Scan URL."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from tests.hostile.corpus import TEXTS, in_every_field
from tests.hostile.sinks import (
    assert_enrichment,
    assert_insight,
    assert_lines,
    assert_script_json,
    assert_table,
    strings_in,
)

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun

ALL_FINDINGS = {
    "Threat Indicator Score Threshold": "0",
    "IOC Type Filter": "domains, emails, files, ips, mutexes, processes, registry, urls",
    "IOC Verdict Filter": "Malicious, Suspicious, Clean, None",
}


@dataclass(frozen=True)
class Scanned:
    """One scan over one sample a text.

    Attributes:
        run: What came of it.
        entities: The entity's identifier by the name of the text.
        stored: VMRay's own sample object by the name of the text.
        enrichment: The `VMRay_` fields by identifier.
        insights: HTML by identifier.
    """

    run: ActionRun
    entities: dict[str, str]
    stored: dict[str, dict[str, Any]]
    enrichment: dict[str, dict[str, str]]
    insights: dict[str, str]


@pytest.fixture(scope="module", params=["Scan Hash", "Scan URL"])
def scanned(request: pytest.FixtureRequest, shared_lab: Lab) -> Scanned:
    """Both scans meet the same samples: known ones, with the text in every field."""
    by_url = request.param == "Scan URL"
    control = shared_lab.vmray.control
    control.reset()
    control.configure(analysis_caching="legacy")
    identifiers, stored = {}, {}
    for name, text in TEXTS.items():
        found = hashlib.sha256(name.encode()).hexdigest()
        place = f"https://{name}.example/"
        key = {"url": place} if by_url else {"sha256": found}
        fields = in_every_field(text) | key
        if by_url:
            del fields["sample_type"]  # by which VMRay knows it again
        stored[name] = control.add_sample(**fields)
        identifiers[name] = place.upper() if by_url else found.upper()
    if by_url:
        shared_lab.urls(*(f"https://{name}.example/" for name in TEXTS))
    else:
        shared_lab.hashes(*identifiers.values())
    run = shared_lab.run(request.param, ALL_FINDINGS)
    assert run.is_success, (run.message[:2000], run.debug_output[:2000])
    enrichment = {identifier: shared_lab.enrichment(identifier) for identifier in identifiers.values()}
    return Scanned(run, identifiers, stored, enrichment, shared_lab.insights())


def test_each_entity_is_enriched_and_named_on_a_line_of_its_own(scanned: Scanned) -> None:
    """No text of a sample forges a line of the message."""
    assert_lines(scanned.run.message, "message")
    names = scanned.run.message.partition(": ")[2].split("\n\n")[0].splitlines()
    assert names == list(scanned.entities.values())


def test_log_lines_are_visible_and_single(scanned: Scanned) -> None:
    """Nor a line of the log."""
    assert_lines(scanned.run.debug_output, "debug output")
    for one in scanned.run.rounds:
        assert_lines(one.stderr, "stderr")


@pytest.mark.parametrize("name", TEXTS)
def test_the_json_result_holds_the_exact_text(scanned: Scanned, name: str) -> None:
    """Parsed, it is what VMRay sent, to the last character."""
    by_entity = {each["Entity"]: each["EntityResult"] for each in scanned.run.json_result}
    result = by_entity[scanned.entities[name]]
    text = TEXTS[name]

    assert {key: value for key, value in result.items() if key not in ("iocs", "threat_indicators")} == {
        key: value
        for key, value in scanned.stored[name].items()
        if key not in ("sample_password", "sample_account_ids")
    }
    assert [text in strings_in(result["iocs"][kind]) for kind in sorted(result["iocs"])] == [True] * 8
    assert text in strings_in(result["threat_indicators"])


def test_the_json_result_can_be_pasted_into_a_script(scanned: Scanned) -> None:
    """ASCII without a sign that means something to HTML."""
    assert_script_json(scanned.run.results["JsonResult"]["RawJson"])


@pytest.mark.parametrize("name", TEXTS)
def test_tables_keep_their_columns_and_run_nothing(scanned: Scanned, name: str) -> None:
    """A sample's own table, one for each type of IOC, one for threat indicators."""
    identifier = scanned.entities[name]
    tables = {title: lines for title, lines in scanned.run.tables.items() if title.startswith(identifier)}

    assert len(tables) == 1 + 8 + 1
    for title, lines in tables.items():
        assert_table(title, lines)


@pytest.mark.parametrize("name", TEXTS)
def test_insights_show_text_and_nothing_else(scanned: Scanned, name: str) -> None:
    """Our own elements; no attribute from a sample; nothing to click."""
    shown = assert_insight(scanned.insights[scanned.entities[name]])

    assert shown.startswith("Verdict: Malicious")


@pytest.mark.parametrize("name", TEXTS)
def test_enrichment_is_visible_text(scanned: Scanned, name: str) -> None:
    """On one line, of bounded length."""
    assert_enrichment(scanned.enrichment[scanned.entities[name]])
