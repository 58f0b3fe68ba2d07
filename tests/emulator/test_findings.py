"""IOCs, threat indicators, techniques and names: their fields, filters and status."""

from __future__ import annotations

import csv
import json
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from tests.emulator.api import Api

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTS = {
    "files",
    "filenames",
    "mutexes",
    "registry",
    "processes",
    "urls",
    "domains",
    "ips",
    "emails",
    "email_addresses",
}
PUBLIC = LISTS - {"filenames", "email_addresses"}


@pytest.fixture
def sample(api: Api) -> int:
    """Submit a malicious executable and return its sample ID."""
    return api.submit_one()[1]


def test_a_malicious_executable_has_iocs_of_every_type(api: Api, sample: int) -> None:
    """All lists of IOCs exist. Those that analysts see have IOCs with several verdicts."""
    iocs = api.get(f"/sample/{sample}/iocs")["iocs"]
    assert set(iocs) == LISTS
    assert all(iocs[name] for name in PUBLIC)
    verdicts = {ioc["verdict"] for name in LISTS for ioc in iocs[name]}
    assert verdicts >= {"malicious", "suspicious", "clean"}
    assert all(ioc["ioc"] is True for name in LISTS for ioc in iocs[name])


def test_iocs_have_their_families_fields(api: Api, sample: int) -> None:
    """Hashes are nested; network IOCs have sources and no classifications; e-mails have no `email` key."""
    iocs = api.get(f"/sample/{sample}/iocs")["iocs"]
    file, domain, mail, address = iocs["files"][0], iocs["domains"][0], iocs["emails"][0], iocs["ips"][0]
    assert set(file["hashes"][0]) == {"md5_hash", "sha1_hash", "sha256_hash", "imp_hash", "ssdeep_hash"}
    assert "classifications" in file
    assert "sources" not in file
    assert "sources" in domain
    assert "classifications" not in domain
    assert {"sender", "subject", "recipients"} <= set(mail)
    assert "email" not in mail
    assert isinstance(address["country"], str)
    for name in LISTS:
        for ioc in iocs[name]:
            assert ioc["type"] == f"{ioc['ioc_type']}_artifact"
            assert ioc["analysis_ids"]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/verdict/malicious", {}),
        ("", {"ioc_verdict": "malicious"}),
        ("/severity/malicious", {}),
        ("", {"ioc_severity": "malicious"}),
    ],
)
def test_iocs_are_filtered_by_verdict(api: Api, sample: int, path: str, params: dict[str, str]) -> None:
    """The filter by verdict gives the same result in the query and in the path."""
    iocs = api.get(f"/sample/{sample}/iocs{path}", **params)["iocs"]
    found = [ioc["verdict"] for ioc in chain.from_iterable(iocs.values())]
    assert set(found) == {"malicious"}
    assert set(iocs) == LISTS


@pytest.mark.parametrize(("path", "params"), [("/type/domain", {}), ("", {"ioc_type": "domain"})])
def test_iocs_are_filtered_by_type(api: Api, sample: int, path: str, params: dict[str, str]) -> None:
    """With a filter by type, the other lists exist and are empty."""
    iocs = api.get(f"/sample/{sample}/iocs{path}", **params)["iocs"]
    assert {name for name, found in iocs.items() if found} == {"domains"}
    assert set(iocs) == LISTS


def test_filters_combine(api: Api, sample: int) -> None:
    """Type and verdict can be combined in the path."""
    iocs = api.get(f"/sample/{sample}/iocs/type/ip/verdict/suspicious")["iocs"]
    assert [ioc["ip_address"] for ioc in chain.from_iterable(iocs.values())] == ["198.51.100.7"]


def test_null_finds_iocs_without_a_verdict(api: Api) -> None:
    """The filter value `null` selects IOCs without a verdict."""
    known = api.control.add_sample(iocs={"ips": [{"value": "192.0.2.5", "verdict": None}, "192.0.2.6"]})
    iocs = api.get(f"/sample/{known['sample_id']}/iocs", ioc_verdict="null")["iocs"]
    assert [ioc["ip_address"] for ioc in iocs["ips"]] == ["192.0.2.5"]


@pytest.mark.parametrize(("path", "status"), [("/verdict", 404), ("/odd/one", 404), ("/type/nothing", 400)])
def test_invalid_filters_are_rejected(api: Api, sample: int, path: str, status: int) -> None:
    """A filter without a value is an unknown route (404). An unknown type is a bad parameter (400)."""
    assert api.status(f"/sample/{sample}/iocs{path}") == status


def test_iocs_are_exported(api: Api, sample: int) -> None:
    """CSV has one line for each IOC. STIX has an object map."""
    iocs = api.get(f"/sample/{sample}/iocs")["iocs"]
    text = api.send("GET", f"/sample/{sample}/iocs/csv").text
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == sum(len(found) for found in iocs.values())
    bundle = json.loads(api.send("GET", f"/sample/{sample}/iocs/stix").content)
    assert bundle["type"] == "bundle"
    values = {one.get("value") for one in bundle["objects"][0]["objects"].values()}
    assert {ioc["domain"] for ioc in iocs["domains"]} <= values


def test_indicators_have_two_names_and_go_with_techniques(api: Api, sample: int) -> None:
    """`/vtis` and `/threat_indicators` agree, and techniques refer to the same ids."""
    found = api.get(f"/sample/{sample}/vtis")
    assert found == api.get(f"/sample/{sample}/threat_indicators")
    indicators = {one["id"]: one for one in found["threat_indicators"]}
    assert 4 <= len(indicators) <= 6
    assert all(1 <= one["score"] <= 5 for one in indicators.values())
    techniques = api.get(f"/sample/{sample}/mitre_attack")["mitre_attack_techniques"]
    assert techniques
    for technique in techniques:
        assert technique["threat_indicators"] == [
            indicators[one["id"]] for one in technique["threat_indicators"]
        ]
    number = found["threat_indicators"][0]["analysis_ids"][0]
    (own, *_) = api.get(f"/analysis/{number}/vtis")["threat_indicators"]
    assert own["analysis_ids"] == [number]


def test_benign_indicators_score_minus_one(api: Api) -> None:
    """A benign indicator has the score -1."""
    _, sample = api.submit_one(b"%PDF-1.4", "clean.pdf")
    (indicator,) = api.get(f"/sample/{sample}/vtis")["threat_indicators"]
    assert indicator["score"] == -1


def test_names_have_their_own_endpoints(api: Api, sample: int) -> None:
    """Classifications and threat names have separate endpoints."""
    assert api.get(f"/sample/{sample}/classifications") == {
        "sample_classifications": [{"classification_name": "Dropper"}, {"classification_name": "Spyware"}],
        "children_classifications": [],
    }
    names = api.get(f"/sample/{sample}/threat_names")["sample_threat_names"]
    assert [one["threat_name"] for one in names] == ["Gen.Loader"]


@pytest.mark.parametrize("what", ["iocs", "vtis", "mitre_attack"])
def test_lists_can_be_incomplete_for_a_number_of_reads(api: Api, what: str) -> None:
    """With a lag of two reads the first two responses of each list are incomplete."""
    api.control.load_scenario("aggregation-lag")
    number, sample = api.submit_one()
    assert api.get(f"/submission/{number}")["submission_finished"] is True
    sizes, states = [], []
    for _ in range(4):
        found = api.get(f"/sample/{sample}/{what}")
        states.append(found.pop("status"))
        sizes.append(len(json.dumps(found)))
    assert states == ["waiting", "waiting", "finished", "finished"]
    assert sizes[1] < sizes[2] == sizes[3]


@pytest.fixture
def lagging() -> Iterator[Api]:
    """Return a client of an emulator whose lists are incomplete for some time."""
    with (
        EmbeddedEmulator(lifecycle="manual", scenario="aggregation-lag") as emulator,
        Api(emulator) as client,
    ):
        yield client


def test_lists_can_be_incomplete_for_some_time(lagging: Api) -> None:
    """The analyses have the status `todo` until the end of the lag, and `ok` after it."""
    number, sample = lagging.submit_one()
    lagging.control.advance(125)
    assert lagging.get(f"/submission/{number}")["submission_finished"] is True
    states = {one["analysis_ioc_aggregation_state"] for one in lagging.get(f"/analysis/submission/{number}")}
    assert "todo" in states
    assert lagging.get(f"/sample/{sample}/iocs")["status"] == "waiting"
    lagging.control.advance(30)
    assert lagging.get(f"/sample/{sample}/iocs")["status"] == "finished"
    states = {one["analysis_ioc_aggregation_state"] for one in lagging.get(f"/analysis/submission/{number}")}
    assert states == {"ok"}
