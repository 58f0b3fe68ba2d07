"""IOCs of a sample: the envelope, the fields of each type, the filters, incomplete lists."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _pytest.mark.structures import ParameterSet
    from tests.contract.servers import Server
    from tests.contract.subjects import Subject

    from vmray_emulator import EmbeddedEmulator

ENDPOINT = "GET /sample/{id}/iocs"
LISTS = {
    "domains": "domain",
    "email_addresses": "email_address",
    "emails": "email",
    "filenames": "filename",
    "files": "file",
    "ips": "ip",
    "mutexes": "mutex",
    "processes": "process",
    "registry": "registry",
    "urls": "url",
}
OWN_KEYS = {
    "domains": "domain",
    "ips": "ip_address",
    "urls": "url",
    "mutexes": "mutex_name",
    "registry": "reg_key_name",
    "processes": "cmd_line",
    "filenames": "filename",
}
NETWORK = ("domains", "ips", "urls")
HOST = tuple(sorted(set(LISTS) - set(NETWORK)))
RECORDED = ("files", "processes")
COMMON = {
    "analysis_ids", "id", "ioc", "ioc_type", "numeric_severity", "severity", "type", "verdict",
    "verdict_reason_code", "verdict_reason_description", "version",
}  # fmt: skip  # a row of the table is a line


def claimed(names: Iterable[str]) -> list[ParameterSet]:
    """Return the lists as parameters with their marks: recorded in a real response, or only documented."""
    recorded = pytest.mark.recorded("a real response after 4.2.0", endpoint=ENDPOINT)
    documented = pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
    return [pytest.param(name, marks=recorded if name in RECORDED else documented, id=name) for name in names]


@pytest.fixture
def iocs(server: Server, subject: Subject) -> dict[str, list[dict[str, Any]]]:
    """Return all artifacts of the subject, by list."""
    found: dict[str, list[dict[str, Any]]] = server.get(
        f"/sample/{subject.sample_id}/iocs", all_artifacts="true"
    ).data["iocs"]
    return found


def some(iocs: dict[str, list[dict[str, Any]]], name: str) -> list[dict[str, Any]]:
    """Return a list that is not empty, or skip the test: a real sample may have no IOC of this type."""
    if not iocs[name]:
        pytest.skip(f"the sample has no {name}")
    return iocs[name]


@pytest.mark.recorded("a real response after 4.2.0", endpoint=ENDPOINT)
def test_every_list_is_always_in_the_response(server: Server, subject: Subject) -> None:
    """`data` has `status` and `iocs`. `iocs` has every list, also the empty ones."""
    data = server.get(f"/sample/{subject.sample_id}/iocs").data
    assert data.keys() == {"status", "iocs"}
    assert data["iocs"].keys() == LISTS.keys()


@pytest.mark.parametrize("name", claimed(LISTS))
def test_every_ioc_has_the_common_fields(iocs: dict[str, list[dict[str, Any]]], name: str) -> None:
    """Each IOC has two fields for its type, two for its severity, its analyses, `id` 0 and `version` 3."""
    for ioc in some(iocs, name):
        assert ioc.keys() >= COMMON
        assert (ioc["id"], ioc["version"]) == (0, 3)
        assert (ioc["ioc_type"], ioc["type"]) == (LISTS[name], f"{LISTS[name]}_artifact")


@pytest.mark.parametrize("name", claimed(HOST))
def test_iocs_of_the_host_have_threat_names(iocs: dict[str, list[dict[str, Any]]], name: str) -> None:
    """IOCs of the host have threat names, classifications, indicators and relations."""
    for ioc in some(iocs, name):
        assert ioc.keys() >= {"threat_names", "classifications", "vtis", "relations"}
        assert "sources" not in ioc


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
@pytest.mark.parametrize("name", NETWORK)
def test_iocs_of_the_network_have_sources_instead(iocs: dict[str, list[dict[str, Any]]], name: str) -> None:
    """URLs, domains and IPs have their sources and parent processes, but no threat names."""
    for ioc in some(iocs, name):
        assert ioc.keys() >= {"sources", "parent_processes", "parent_processes_names", "parent_processes_ids"}
        assert not ioc.keys() & {"threat_names", "classifications", "vtis"}


@pytest.mark.recorded("a real response after 4.2.0", endpoint=ENDPOINT)
def test_hashes_of_a_file_are_nested(iocs: dict[str, list[dict[str, Any]]]) -> None:
    """The hashes of a file are in its list `hashes`, not in fields of the file."""
    for file in some(iocs, "files"):
        assert not file.keys() & {"md5_hash", "sha1_hash", "sha256_hash"}
        for hashes in file["hashes"]:
            assert hashes.keys() == {"md5_hash", "sha1_hash", "sha256_hash", "imp_hash", "ssdeep_hash"}


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_an_email_has_a_sender_and_recipients(iocs: dict[str, list[dict[str, Any]]]) -> None:
    """An e-mail has `sender`, `subject` and `recipients`, and no key `email`."""
    for email in some(iocs, "emails"):
        assert email.keys() >= {"sender", "subject", "recipients", "attachment_types", "hashes"}
        assert "email" not in email


@pytest.mark.parametrize("name", claimed(OWN_KEYS))
def test_each_type_has_its_own_key(iocs: dict[str, list[dict[str, Any]]], name: str) -> None:
    """Each type of IOC has its own key for its value."""
    assert all(OWN_KEYS[name] in ioc for ioc in some(iocs, name))


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_an_ip_has_one_country_and_a_domain_has_several(iocs: dict[str, list[dict[str, Any]]]) -> None:
    """An IP has `country` and `country_code`, a domain `countries` and `country_codes`."""
    assert all(ip.keys() >= {"country", "country_code"} for ip in some(iocs, "ips"))
    assert all(domain.keys() >= {"countries", "country_codes"} for domain in some(iocs, "domains"))


@pytest.mark.documented("VMRay's Splunk SOAR app; OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_all_artifacts_are_returned_on_request(server: Server, subject: Subject) -> None:
    """By default only IOCs are returned. `all_artifacts` returns all artifacts, with IOCs marked."""
    only = server.get(f"/sample/{subject.sample_id}/iocs").data["iocs"]
    every = server.get(f"/sample/{subject.sample_id}/iocs", all_artifacts="true").data["iocs"]
    assert all(ioc["ioc"] is True for found in only.values() for ioc in found)
    for name, found in only.items():
        assert len([ioc for ioc in every[name] if ioc["ioc"]]) == len(found)


@pytest.mark.documented("vendor client vmray_rest_api 6.0.0", endpoint=ENDPOINT)
def test_the_path_form_of_a_filter_is_the_query_form(server: Server, subject: Subject) -> None:
    """`/iocs/all_artifacts/True` returns the same as `?all_artifacts=true`."""
    base = f"/sample/{subject.sample_id}/iocs"
    assert server.get(f"{base}/all_artifacts/True").data == server.get(base, all_artifacts="true").data


@pytest.mark.documented("VMRay's connectors for Defender, Chronicle and SentinelOne", endpoint=ENDPOINT)
@pytest.mark.parametrize("verdict", ["malicious", "suspicious", "clean"])
def test_iocs_are_filtered_by_verdict(server: Server, subject: Subject, verdict: str) -> None:
    """`/iocs/verdict/VERDICT` returns only IOCs with this verdict."""
    found = server.get(f"/sample/{subject.sample_id}/iocs/verdict/{verdict}").data["iocs"]
    assert {ioc["verdict"] for listed in found.values() for ioc in listed} <= {verdict}
    every = server.get(f"/sample/{subject.sample_id}/iocs").data["iocs"]
    for name, listed in found.items():
        assert len(listed) == sum(ioc["verdict"] == verdict for ioc in every[name])


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ENDPOINT)
def test_iocs_are_filtered_by_type(server: Server, subject: Subject) -> None:
    """`ioc_type` returns only IOCs of one type. Types have the names of the lists: `domains`."""
    found = server.get(f"/sample/{subject.sample_id}/iocs", ioc_type="domains").data["iocs"]
    assert not any(listed for name, listed in found.items() if name != "domains")


@pytest.mark.inferred("the singular is in older clients, the plural in the document", endpoint=ENDPOINT)
@pytest.mark.parametrize(("singular", "plural"), [("domain", "domains"), ("registry", "registry")])
def test_the_type_of_a_filter_may_be_singular(
    server: Server, subject: Subject, singular: str, plural: str
) -> None:
    """The type has the same effect in the singular and in the plural."""
    path = f"/sample/{subject.sample_id}/iocs"
    one, many = (server.get(path, ioc_type=word).data["iocs"] for word in (singular, plural))
    assert one == many
    assert one[plural]


@pytest.mark.recorded("a real response after 4.2.0", endpoint=ENDPOINT)
def test_severity_and_verdict_agree(iocs: dict[str, list[dict[str, Any]]]) -> None:
    """Malicious is severity 4, suspicious 3, clean `not_suspicious` and 0."""
    known = {"malicious": ("malicious", 4), "suspicious": ("suspicious", 3), "clean": ("not_suspicious", 0)}
    for listed in iocs.values():
        for ioc in listed:
            if ioc["verdict"] in known:
                assert (ioc["severity"], ioc["numeric_severity"]) == known[ioc["verdict"]]


@pytest.mark.documented("VMRay's Splunk SOAR app, which waits for it", endpoint=ENDPOINT)
@pytest.mark.parametrize("part", ["iocs", "vtis", "mitre_attack"])
def test_lists_may_be_unfinished_after_the_submission(
    emulator: EmbeddedEmulator, emulator_server: Server, part: str
) -> None:
    """The `status` of a list can be unfinished although the submission is finished."""
    emulator.control.load_scenario("aggregation-lag")
    response = emulator_server.submit(b"MZ lagging", "lag.exe")
    submission = response["submissions"][0]
    assert (
        emulator_server.get(f"/submission/{submission['submission_id']}").data["submission_finished"] is True
    )
    path = f"/sample/{submission['submission_sample_id']}/{part}"
    assert emulator_server.get(path).data["status"] != "finished"
    statuses = [emulator_server.get(path).data["status"] for _ in range(5)]
    assert statuses[-1] == "finished"


@pytest.mark.inferred("a mock in the tests of VMRay's Splunk SOAR app", endpoint=ENDPOINT)
def test_an_unfinished_status_is_called_waiting(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """The `status` of an incomplete list is `waiting`."""
    emulator.control.load_scenario("aggregation-lag")
    sample = emulator_server.submit(b"MZ lagging", "lag.exe")["samples"][0]
    assert emulator_server.get(f"/sample/{sample['sample_id']}/iocs").data["status"] == "waiting"


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /sample/{id}/iocs/csv")
def test_iocs_come_as_csv(server: Server, subject: Subject) -> None:
    """`/iocs/csv` is a table in CSV, without the envelope."""
    response = server.get(f"/sample/{subject.sample_id}/iocs/csv")
    assert response.status == 200
    header, *rows = csv.reader(response.content.decode().splitlines())
    assert len(header) > 1
    assert rows


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /sample/{id}/iocs/csv")
@pytest.mark.parametrize(
    ("name", "value"), [("ioc_type", "domains"), ("ioc_verdict", "malicious"), ("ioc_severity", "malicious")]
)
def test_the_csv_has_the_filters_of_iocs(server: Server, subject: Subject, name: str, value: str) -> None:
    """`ioc_type`, `ioc_verdict` and `ioc_severity` leave a part of the rows."""
    path = f"/sample/{subject.sample_id}/iocs/csv"
    every = server.get(path).content.splitlines()
    some = server.get(path, **{name: value}).content.splitlines()
    assert some[0] == every[0]
    assert 1 < len(some) < len(every)
    assert set(some) <= set(every)


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /sample/{id}/iocs/stix")
def test_iocs_come_as_stix(server: Server, subject: Subject) -> None:
    """`/iocs/stix` is a STIX 2.0 bundle, without the envelope."""
    bundle = json.loads(server.get(f"/sample/{subject.sample_id}/iocs/stix").content)
    assert bundle["type"] == "bundle"
    assert bundle["objects"]
