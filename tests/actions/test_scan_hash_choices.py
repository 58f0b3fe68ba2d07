"""Scan Hash's parameters: filters, order and limits; and the choice between several samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.expected import IOC_TYPES

if TYPE_CHECKING:
    from tests.actions.lab import Lab

SHA256 = "c7" * 32
MIXED = [
    {"value": "none.example", "verdict": None},
    {"value": "clean.example", "verdict": "clean"},
    {"value": "odd.example", "verdict": "suspicious"},
    {"value": "unavailable.example", "verdict": "not_available"},
    {"value": "bad.example", "verdict": "malicious"},
    {"value": "odd2.example", "verdict": "suspicious"},
    {"value": "bad2.example", "verdict": "malicious"},
]
NAMES = {
    "domains": "domain",
    "emails": "sender",
    "files": "filename",
    "ips": "ip_address",
    "mutexes": "mutex_name",
    "processes": "cmd_line",
    "registry": "reg_key_name",
    "urls": "url",
}


def scan(lab: Lab, **parameters: str) -> dict[str, Any]:
    """Scan the one hash and return its `EntityResult`."""
    lab.hashes(SHA256)
    run = lab.run_with("Scan Hash", **parameters)
    assert run.is_success, run.message
    (entry,) = run.json_result
    return dict(entry["EntityResult"])


def domains(lab: Lab, **parameters: str) -> list[str]:
    """Scan the one hash and return the names of the domains that are shown."""
    return [each["domain"] for each in scan(lab, **parameters)["iocs"]["domains"]]


def types_shown(result: dict[str, Any]) -> list[str]:
    """Return the types of the shown IOCs, and check that the list of each type exists."""
    assert tuple(result["iocs"]) == IOC_TYPES
    return [name for name, found in result["iocs"].items() if found]


@pytest.fixture
def one_of_each(lab: Lab) -> Lab:
    """Return the lab with a sample that has one malicious IOC of each type."""
    lab.vmray.control.add_sample(sha256=SHA256, iocs={name: [f"{name}.example"] for name in IOC_TYPES})
    return lab


def test_the_documented_types_are_shown_by_default(one_of_each: Lab) -> None:
    """The default of the type filter is the documented one: ips, files, emails, urls, domains."""
    assert types_shown(scan(one_of_each)) == ["domains", "emails", "files", "ips", "urls"]


@pytest.mark.parametrize("wanted", IOC_TYPES)
def test_each_type_can_be_chosen_alone(one_of_each: Lab, wanted: str) -> None:
    """A type that the filter excludes has an empty list, no table and an empty enrichment field."""
    result = scan(one_of_each, IOC_Type_Filter=wanted)

    assert types_shown(result) == [wanted]
    assert result["iocs"][wanted][0][NAMES[wanted]] == f"{wanted}.example"
    fields = {name: value for name, value in one_of_each.enrichment(SHA256).items() if "_ioc_" in name}
    assert [name for name, value in fields.items() if value] == [f"VMRay_ioc_{wanted}"]


def test_filters_ignore_case_blanks_and_repetitions(one_of_each: Lab) -> None:
    """Upper case, spaces and repeated items in a filter change nothing."""
    result = scan(
        one_of_each, IOC_Type_Filter=" URLs ,,MUTEXES, urls", IOC_Verdict_Filter="MALICIOUS , clean,"
    )

    assert types_shown(result) == ["mutexes", "urls"]


@pytest.mark.parametrize(
    ("verdicts", "shown"),
    [
        ("Malicious", ["bad.example", "bad2.example"]),
        ("Suspicious", ["odd.example", "odd2.example"]),
        ("Clean", ["clean.example"]),
        ("None", ["none.example", "unavailable.example"]),
        ("malicious, NONE", ["bad.example", "bad2.example", "none.example", "unavailable.example"]),
    ],
)
def test_the_verdict_filter_keeps_the_named_verdicts(lab: Lab, verdicts: str, shown: list[str]) -> None:
    """The filter value `None` selects IOCs without a verdict: null and `not_available`."""
    lab.vmray.control.add_sample(sha256=SHA256, iocs={"domains": MIXED})

    assert domains(lab, IOC_Verdict_Filter=verdicts) == shown


def test_the_worst_iocs_come_first_and_the_limit_cuts_the_others(lab: Lab) -> None:
    """IOCs are sorted by verdict, worst first, then in the order of the API. The limit applies per type."""
    lab.vmray.control.add_sample(sha256=SHA256, iocs={"domains": MIXED, "ips": ["192.0.2.1", "192.0.2.2"]})

    result = scan(lab, IOC_Verdict_Filter="Malicious,Suspicious,Clean,None", Max_IOCs_To_Return="3")

    assert [each["domain"] for each in result["iocs"]["domains"]] == [
        "bad.example",
        "bad2.example",
        "odd.example",
    ]
    assert [each["ip_address"] for each in result["iocs"]["ips"]] == ["192.0.2.1", "192.0.2.2"]
    assert "<li>Domains (3 of 7): " in lab.insights()[SHA256.upper()]


@pytest.mark.parametrize("limit", ["", "10"])
def test_ten_iocs_and_ten_indicators_are_the_default(lab: Lab, limit: str) -> None:
    """An empty limit has the same effect as the default."""
    lab.vmray.control.add_sample(
        sha256=SHA256,
        iocs={"domains": [f"d{number}.example" for number in range(12)]},
        indicators=[{"category": "A", "operation": f"B{number}", "score": 5} for number in range(12)],
    )

    result = scan(lab, Max_IOCs_To_Return=limit, Max_Threat_Indicators_To_Return=limit)

    assert [each["domain"] for each in result["iocs"]["domains"]] == [
        f"d{number}.example" for number in range(10)
    ]
    assert [each["operation"] for each in result["threat_indicators"]] == [
        f"B{number}" for number in range(10)
    ]


@pytest.mark.parametrize(
    ("threshold", "limit", "scores"),
    [
        ("3", "10", [5, 5, 4, 3]),
        ("0", "10", [5, 5, 4, 3, 2, 1]),
        ("5", "10", [5, 5]),
        ("3", "2", [5, 5]),
        ("1", "3", [5, 5, 4]),
    ],
)
def test_indicators_at_or_above_the_threshold_strongest_first(
    lab: Lab, threshold: str, limit: str, scores: list[int]
) -> None:
    """Indicators are filtered by score and sorted. A benign indicator (-1) is below every threshold."""
    lab.vmray.control.add_sample(
        sha256=SHA256,
        indicators=[{"category": "C", "operation": f"O{n}", "score": n} for n in (2, 5, -1, 3, 1, 5, 4)],
    )

    result = scan(lab, Threat_Indicator_Score_Threshold=threshold, Max_Threat_Indicators_To_Return=limit)

    assert [each["score"] for each in result["threat_indicators"]] == scores
    written = ", ".join(f"O{score}" for score in scores)
    assert lab.enrichment(SHA256)["VMRay_threat_indicator_operations"] == written


@pytest.mark.parametrize(
    ("create", "only_suspicious", "shown"),
    [
        ("true", "false", ["malicious", "clean"]),
        ("true", "true", ["malicious"]),
        ("false", "false", []),
        ("false", "true", []),
    ],
)
def test_insights_are_created_as_chosen(
    lab: Lab, create: str, only_suspicious: str, shown: list[str]
) -> None:
    """Only Suspicious Insight has an effect only with Create Insight. Entities are enriched in any case."""
    hashes = {"malicious": "aa" * 32, "clean": "bb" * 32}
    for verdict, sha256 in hashes.items():
        lab.vmray.control.add_sample(filename=f"{verdict}.exe", sha256=sha256, verdict=verdict)
    lab.hashes(*hashes.values())

    run = lab.run("Scan Hash", {"Create Insight": create, "Only Suspicious Insight": only_suspicious})

    assert run.is_success
    assert set(lab.insights()) == {hashes[verdict].upper() for verdict in shown}
    assert [enriched for enriched, _ in lab.flags().values()] == [True, True]


@pytest.mark.parametrize(
    ("samples", "chosen"),
    [
        ([(None, "2026-01-03"), ("clean", "2026-01-01")], 1),
        ([("clean", "2026-01-03"), ("malicious", "2026-01-01"), ("suspicious", "2026-01-02")], 1),
        ([("malicious", "2026-01-01"), ("malicious", "2026-01-03"), ("malicious", "2026-01-02")], 1),
        ([("not_available", "2026-01-05"), ("suspicious", "2026-01-01")], 1),
        ([(None, "2026-01-02"), (None, "2026-01-01")], 0),
    ],
    ids=["a verdict before none", "the worst verdict", "the newest", "not_available is none", "only none"],
)
def test_one_of_several_samples_with_the_same_hash_is_chosen(
    lab: Lab, samples: list[tuple[str | None, str]], chosen: int
) -> None:
    """A sample with a verdict is preferred, then the worst verdict, then the newest sample."""
    stored = [
        lab.vmray.control.add_sample(sha256=SHA256, verdict=verdict, sample_created=f"{day}T00:00:00")
        for verdict, day in samples
    ]

    result = scan(lab)

    number = stored[chosen]["sample_id"]
    assert result["sample_id"] == number
    assert sorted(lab.seen()[1:]) == [f"GET /rest/sample/{number}/iocs", f"GET /rest/sample/{number}/vtis"]
