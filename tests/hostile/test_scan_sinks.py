"""Given hostile samples, then every sink of the actions that look up samples is safe."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.hostile.corpus import TEXTS, sample_with
from tests.hostile.sinks import (
    assert_enrichment,
    assert_insight,
    assert_lines,
    assert_script_json,
    assert_table,
    strings_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun

ALL_FINDINGS = {
    "Threat Indicator Score Threshold": "0",
    "IOC Type Filter": "domains, emails, files, ips, mutexes, processes, registry, urls",
    "IOC Verdict Filter": "Malicious, Suspicious, Clean, None",
}


class Scan(NamedTuple):
    """An action that looks up known samples.

    Attributes:
        action: The name of the action.
        entity_type: The type of the entities that it looks up.
        key: The field by which VMRay finds such a sample.
        value: Returns the value of this field for the name of a text.
        fixed: The fields that keep their values, because VMRay finds the sample by them.
    """

    action: str
    entity_type: str
    key: str
    value: Callable[[str], str]
    fixed: frozenset[str] = frozenset()


SCANS = [
    Scan("Scan Hash", "FILEHASH", "sha256", lambda name: hashlib.sha256(name.encode()).hexdigest()),
    Scan("Scan URL", "DestinationURL", "url", "https://{}.example/".format, frozenset({"sample_type"})),
]


@dataclass(frozen=True)
class Scanned:
    """The result of one scan, with one sample per text.

    Attributes:
        run: The run of the action.
        entities: The entity's identifier by the name of the text.
        stored: VMRay's sample object by the name of the text.
        enrichment: The `VMRay_` fields by identifier.
        insights: The HTML by identifier.
    """

    run: ActionRun
    entities: dict[str, str]
    stored: dict[str, dict[str, Any]]
    enrichment: dict[str, dict[str, str]]
    insights: dict[str, str]


@pytest.fixture(scope="module", params=SCANS, ids=lambda scan: scan.action)
def scanned(request: pytest.FixtureRequest, shared_lab: Lab) -> Scanned:
    """Run one scan that finds known samples with the text in every field."""
    scan: Scan = request.param
    control = shared_lab.vmray.control
    control.reset()
    control.configure(analysis_caching="legacy")
    stored = {}
    for name, text in TEXTS.items():
        fields = {key: value for key, value in sample_with(text).items() if key not in scan.fixed}
        stored[name] = control.add_sample(**fields, **{scan.key: scan.value(name)})
    shared_lab.open_case(*((scan.entity_type, scan.value(name)) for name in TEXTS))
    run = shared_lab.run(scan.action, ALL_FINDINGS)
    assert run.is_success, (run.message[:2000], run.debug_output[:2000])
    identifiers = {name: scan.value(name).upper() for name in TEXTS}
    enrichment = {identifier: shared_lab.enrichment(identifier) for identifier in identifiers.values()}
    return Scanned(run, identifiers, stored, enrichment, shared_lab.insights())


def violations(check: Callable[[str], object]) -> dict[str, str]:
    """Return the names of the texts for which a check fails, with the reasons."""
    found = {}
    for name in TEXTS:
        try:
            check(name)
        except AssertionError as error:
            found[name] = str(error)[:300]
    return found


def test_each_entity_is_enriched_and_named_on_its_own_line(scanned: Scanned) -> None:
    """Given all texts, then none of them adds a line to the message."""
    assert_lines(scanned.run.message, "message")
    names = scanned.run.message.partition(": ")[2].split("\n\n")[0].splitlines()
    assert names == list(scanned.entities.values())


def test_log_lines_are_visible_and_single(scanned: Scanned) -> None:
    """Given all texts, then none of them adds a line to the log."""
    assert_lines(scanned.run.debug_output, "debug output")
    for one in scanned.run.rounds:
        assert_lines(one.stderr, "stderr")


def test_the_json_result_holds_the_exact_text(scanned: Scanned) -> None:
    """Given each text, then the parsed JSON result is exactly what VMRay returned."""
    by_entity = {each["Entity"]: each["EntityResult"] for each in scanned.run.json_result}

    def exact(name: str) -> None:
        result = by_entity[scanned.entities[name]]
        assert {key: value for key, value in result.items() if key not in ("iocs", "threat_indicators")} == {
            key: value
            for key, value in scanned.stored[name].items()
            if key not in ("sample_password", "sample_account_ids")
        }
        assert [TEXTS[name] in strings_in(result["iocs"][kind]) for kind in sorted(result["iocs"])] == [
            True
        ] * 8
        assert TEXTS[name] in strings_in(result["threat_indicators"])

    assert violations(exact) == {}


def test_the_json_result_is_safe_in_a_script(scanned: Scanned) -> None:
    """Given all texts, then the JSON is ASCII without characters that have a meaning in HTML."""
    assert_script_json(scanned.run.results["JsonResult"]["RawJson"])


def test_tables_keep_their_columns_and_contain_no_formula(scanned: Scanned) -> None:
    """Given each text, then no cell of the ten tables of a sample is a formula or adds a column."""

    def safe(name: str) -> None:
        title = scanned.entities[name]
        tables = {each: lines for each, lines in scanned.run.tables.items() if each.startswith(title)}
        assert len(tables) == 1 + 8 + 1
        for each, lines in tables.items():
            assert_table(each, lines)

    assert violations(safe) == {}


def test_insights_contain_text_only(scanned: Scanned) -> None:
    """Given each text, then the insight has only our own elements, and no link."""

    def safe(name: str) -> None:
        assert assert_insight(scanned.insights[scanned.entities[name]]).startswith("Verdict: Malicious")

    assert violations(safe) == {}


def test_enrichment_is_visible_text(scanned: Scanned) -> None:
    """Given each text, then each field is visible, on one line, and of limited length."""
    assert violations(lambda name: assert_enrichment(scanned.enrichment[scanned.entities[name]])) == {}


def test_a_violation_is_reported_with_its_text() -> None:
    """Given a check that fails for one text, then this text is named with the reason."""

    def reject_nul(name: str) -> None:
        assert name != "nul", "reason"

    assert {name: reason.partition("\n")[0] for name, reason in violations(reject_nul).items()} == {
        "nul": "reason"
    }
