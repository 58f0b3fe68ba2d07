"""Scan Hash with unusual responses: nulls, secrets, locked reports, incomplete lists, long lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import ENRICHED, ENRICHMENT_FIELDS, details, entity_result, sample_table
from tests.actions.lab import completed, outcome

if TYPE_CHECKING:
    from tests.actions.lab import Lab

SHA256 = "c7" * 32
ENTITY = SHA256.upper()


def test_nulls_and_absent_fields_are_empty_texts(lab: Lab) -> None:
    """An old server returns null for an empty list and omits fields. All enrichment keys stay, as texts."""
    sample = lab.vmray.control.add_sample(
        sha256=SHA256, classifications=None, threat_names=None, sample_child_sample_ids=None
    )
    lab.vmray.control.inject(
        {"path": f"/rest/sample/sha256/{SHA256}"},
        {"kind": "patch", "remove": ["data.0.sample_imphash", "data.0.sample_priority", "data.0.sample_url"]},
    )
    lab.vmray.control.inject(
        {"path": "/rest/sample/*/iocs"},
        {"kind": "patch", "set": {"data.iocs": {"domains": None, "ips": [None]}}},
    )
    lab.vmray.control.inject(
        {"path": "/rest/sample/*/vtis"}, {"kind": "patch", "set": {"data.threat_indicators": None}}
    )
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    gone = ("sample_imphash", "sample_priority", "sample_url")
    sent = {name: value for name, value in sample.items() if name not in gone}
    assert outcome(run) == completed(
        f"{ENRICHED}{ENTITY}",
        value=True,
        json_result=[{"Entity": ENTITY, "EntityResult": entity_result(sent)}],
        tables={ENTITY: sample_table(sent)},
    )
    enrichment = lab.enrichment(SHA256)
    assert enrichment.keys() == ENRICHMENT_FIELDS
    assert all(isinstance(value, str) for value in enrichment.values())
    empty = ("classifications", "child_sample_ids", "imphash", "priority", "url")
    assert {enrichment[f"VMRay_sample_{name}"] for name in empty} == {""}


def test_secrets_of_a_sample_are_not_returned(lab: Lab) -> None:
    """Unknown fields are returned unchanged, but not the password of the sample and the account IDs."""
    sample = lab.vmray.control.add_sample(sha256=SHA256)
    added = {"sample_password": "Tr0ub4dor", "sample_account_ids": [471100], "sample_new_field": {"a": 1}}
    lab.vmray.control.inject(
        {"path": f"/rest/sample/sha256/{SHA256}"},
        {"kind": "patch", "set": {f"data.0.{name}": value for name, value in added.items()}},
    )
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    shown = {**sample, "sample_new_field": {"a": 1}}
    assert outcome(run) == completed(
        f"{ENRICHED}{ENTITY}",
        value=True,
        json_result=[{"Entity": ENTITY, "EntityResult": shown | entity_result(shown)}],
        tables={ENTITY: sample_table(shown)},
    )
    assert "sample_new_field_a,1" in run.tables[ENTITY]
    everything = f"{run.rounds}{run.results}{lab.case.entities}{lab.case.insights}"
    assert "Tr0ub4dor" not in everything
    assert "471100" not in everything


def test_the_verdict_of_an_old_server_is_derived_from_the_severity(lab: Lab) -> None:
    """A server before 4.0 returns no `sample_verdict`. The severity `blacklisted` means malicious."""
    lab.vmray.control.add_sample(sha256=SHA256, verdict=None, sample_severity="blacklisted")
    lab.vmray.control.inject(
        {"path": f"/rest/sample/sha256/{SHA256}"}, {"kind": "patch", "remove": ["data.0.sample_verdict"]}
    )
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    assert run.is_success
    assert lab.flags() == {ENTITY: (True, True)}
    assert "Malicious</span>" in lab.insights()[ENTITY]


@pytest.mark.parametrize(("refused", "status"), [("iocs", 403), ("vtis", 403), ("iocs", 404)])
def test_a_locked_report_gives_its_verdict(lab: Lab, refused: str, status: int) -> None:
    """With a verdict-only report, the verdict is shown and the message gives the reason (status inferred)."""
    sample = lab.vmray.control.add_sample(sha256=SHA256, locked=True)
    lab.vmray.control.inject({"path": f"/rest/sample/*/{refused}"}, {"kind": "status", "status": status})
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    why = "the report is locked (purchased as a verdict only); IOCs and threat indicators are not available"
    assert outcome(run) == completed(
        f"{ENRICHED}{ENTITY}{details(f'{ENTITY}: {why}')}",
        value=True,
        json_result=[{"Entity": ENTITY, "EntityResult": entity_result(sample)}],
        tables={ENTITY: sample_table(sample)},
    )
    assert lab.flags() == {ENTITY: (True, True)}
    assert f"<p><em>Note: {why}.</em></p>" in lab.insights()[ENTITY]


def test_a_403_without_a_locked_report_is_told_beside_the_verdict(lab: Lab) -> None:
    """A key that may not read IOCs still gives the verdict; the note names the list and the reason."""
    sample = lab.vmray.control.add_sample(sha256=SHA256)
    lab.vmray.control.inject({"path": "/rest/sample/*/iocs"}, {"kind": "status", "status": 403})
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    why = "IOCs could not be read: VMRay denied the request (HTTP 403): Emulated status 403"
    needed = "check that the API key has the permission to view samples and their reports"
    assert outcome(run) == completed(
        f"{ENRICHED}{ENTITY}{details(f'{ENTITY}: {why}; {needed}')}",
        value=True,
        json_result=[{"Entity": ENTITY, "EntityResult": entity_result(sample)}],
        tables={ENTITY: sample_table(sample)},
    )
    assert lab.flags() == {ENTITY: (True, True)}


def test_iocs_are_read_again_until_the_list_is_finished(lab: Lab) -> None:
    """The lists are incomplete shortly after an analysis. They are read again until they are finished."""
    lab.vmray.control.configure(aggregation_reads=1)
    lab.vmray.control.add_sample(sha256=SHA256, iocs={"domains": ["c2.example"]})
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    assert run.message == f"{ENRICHED}{ENTITY}"
    assert lab.enrichment(SHA256)["VMRay_ioc_domains"] == "c2.example"
    assert sorted(lab.seen()[1:]) == ["GET /rest/sample/5001/iocs"] * 2 + ["GET /rest/sample/5001/vtis"] * 2


def test_an_unfinished_list_is_returned_with_a_note(lab: Lab) -> None:
    """At the deadline of the run, the incomplete list is returned with a note."""
    lab.vmray.control.configure(aggregation_reads=50)
    lab.vmray.control.add_sample(sha256=SHA256)
    lab.hashes(SHA256)

    run = lab.run("Scan Hash", script_timeout=12.0)

    why = "VMRay had not finished collecting IOCs and threat indicators; some may be missing"
    assert run.is_success
    assert run.message == f"{ENRICHED}{ENTITY}{details(f'{ENTITY}: {why}')}"


def test_the_first_report_is_kept_when_a_second_read_fails(lab: Lab) -> None:
    """When the second read of an incomplete list fails, the first report is shown with a note."""
    lab.vmray.control.configure(aggregation_reads=50)
    lab.vmray.control.add_sample(sha256=SHA256)
    vtis = {"path": "/rest/sample/*/vtis"}
    lab.vmray.control.inject(vtis, {"kind": "patch", "set": {}})
    lab.vmray.control.inject(vtis, {"kind": "status", "status": 502}, times=4)
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    why = "VMRay had not finished collecting IOCs and threat indicators; some may be missing"
    assert run.message == f"{ENRICHED}{ENTITY}{details(f'{ENTITY}: {why}')}"
    assert sum(each.endswith("/vtis") for each in lab.seen()) == 5


def test_a_list_with_status_null_counts_as_finished(lab: Lab) -> None:
    """A list whose status is null counts as finished and is read once."""
    lab.vmray.control.add_sample(sha256=SHA256)
    lab.vmray.control.inject({"path": "/rest/sample/*/iocs"}, {"kind": "patch", "set": {"data.status": None}})
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    assert run.message == f"{ENRICHED}{ENTITY}"
    assert sum(each.endswith("/iocs") for each in lab.seen()) == 1


def test_a_long_list_is_read_to_its_end(lab: Lab) -> None:
    """All pages of a list are read, because the worst sample can be on the last page."""
    lab.vmray.control.configure(api_items_per_request=2)
    for number in range(4):
        lab.vmray.control.add_sample(filename=f"{number}.exe", sha256=SHA256, verdict="clean")
    worst = lab.vmray.control.add_sample(filename="worst.exe", sha256=SHA256, verdict="malicious", age=9e6)
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    assert run.json_result[0]["EntityResult"]["sample_id"] == worst["sample_id"]
    assert [path.split("/")[2] for path in lab.seen()].count("continuation") == 2


def test_emails_files_and_processes_are_shown_by_their_identifying_field(lab: Lab) -> None:
    """An e-mail is shown by its sender, a file by its SHA-256 (in `hashes`), a process by its name."""
    lab.vmray.control.add_sample(
        sha256=SHA256,
        iocs={
            "emails": [{"value": "evil@c2.example", "recipients": ["eve@victim.example", "evil@c2.example"]}],
            "files": [
                {"value": "C:\\a.exe", "hashes": [{"sha256_hash": "11" * 32}, {"sha256_hash": "22" * 32}]},
                {"value": "C:\\nameless.bin", "hashes": []},
            ],
            "processes": [
                {"value": '"C:\\x.exe" -q', "process_names": ["x.exe"]},
                {"value": "cmd /c dir", "process_names": []},
            ],
            "registry": ["HKEY_USERS\\Run\\Updater"],
        },
    )
    lab.hashes(SHA256)

    run = lab.run("Scan Hash", {"IOC Type Filter": "emails,files,processes,registry"})

    assert run.is_success
    fields = lab.enrichment(SHA256)
    assert fields["VMRay_ioc_emails"] == "evil@c2.example"
    assert fields["VMRay_ioc_files"] == f"{'11' * 32}, {'22' * 32}, C:\\nameless.bin"
    assert fields["VMRay_ioc_processes"] == "x.exe, cmd /c dir"
    assert fields["VMRay_ioc_registry"] == "HKEY_USERS\\Run\\Updater"
    assert run.tables[f"{ENTITY} - IOCs - Processes"] == [
        "IOC,Verdict,Details",
        "x[.]exe,Malicious,'C:\\x.exe' -q",
        "cmd /c dir,Malicious,cmd /c dir",
    ]
