"""Export IOCs: files with their facts, what the gate drops, children, techniques, room, and the case wall."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from typing import TYPE_CHECKING, Any

from tests.actions.lab import items_of, outcome
from tests.support.example import Example, known_hashes, known_sample
from tests.support.outcome import optional_part

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION = "Export IOCs"
SHA256 = "c7" * 32
FOUND: dict[str, list[dict[str, Any]]] = {
    "domains": [
        {"value": "c2.example", "verdict": "malicious"},
        {"value": "ocsp.digicert.com", "verdict": "suspicious"},
        {"value": "www.example", "verdict": "clean"},
    ],
    "urls": [{"value": "http://c2.example/gate", "verdict": "malicious"}],
    "ips": [{"value": "10.0.0.5", "verdict": "malicious"}],
}
ALL_FORMATS = "CSV, JSON, STIX, MISP, UDM Search"


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own."""
    return known_hashes(number, iocs=FOUND)


def all_formats(count: int = 1) -> Example:
    """So many samples by their ids, exported in all formats."""
    ids = tuple(str(5001 + number) for number in range(count))

    def setup(vmray: EmbeddedEmulator) -> None:
        for number in ids:
            vmray.control.add_sample(sha256=f"{int(number):064x}", iocs=FOUND)

    return Example(
        "all formats",
        setup=setup,
        ids=ids,
        parameters={"Samples": ",".join(ids), "Formats": ALL_FORMATS},
        result="done",
        several=all_formats,
    )


def a_family(vmray: EmbeddedEmulator) -> None:
    """Let VMRay know a sample (5001) without IOCs, in which VMRay found a sample with IOCs (5002)."""
    vmray.control.add_sample(sha256=SHA256, sample_child_sample_ids=[5002])
    vmray.control.add_sample(filename="drop.exe", iocs=FOUND)


EXAMPLES = [
    known_sample(several),
    all_formats(),
]
SITUATIONS = [
    Example(
        "child samples",
        setup=a_family,
        parameters={"Samples": "5001", "Include Child Samples": "true"},
        result="done",
    ),
]
OUTCOMES = {
    "GET /sample/{id}": optional_part("the verdict could not be read"),
    "GET /sample/{id}/mitre_attack": optional_part("the MITRE techniques could not be read"),
    "GET /analysis/sample/{id}": optional_part("the time of the last analysis could not be read"),
}


def export(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def content(run: ActionRun, name: str) -> bytes:
    """The content of an attachment."""
    return base64.b64decode(run.attachments[name])


def values_of(run: ActionRun) -> list[str]:
    """The values of all rows."""
    return [each["value"] for each in items_of(run)]


def test_the_whole_output(lab: Lab) -> None:
    """Given a hash with IOCs, then the CSV file, facts, rows, drops, tables and requests are the output."""
    lab.vmray.control.add_sample(sha256=SHA256, iocs=FOUND)
    lab.hashes(SHA256)
    seen = lab.read("/analysis/sample/5001")[0]["analysis_created"]

    run = export(lab)

    shown = outcome(run)
    assert (shown["state"], shown["value"]) == ("completed", "done")
    assert shown["message"] == (
        f"Successfully exported IOCs of the following samples from VMRay: {SHA256.upper()}"
    )
    file = content(run, "vmray-iocs.csv")
    rows = list(csv.DictReader(io.StringIO(file.decode(), newline=""), strict=True))
    assert [(row["type"], row["value"], row["verdict"], row["first_sample_id"]) for row in rows] == [
        ("domain", "c2.example", "malicious", "5001"),
        ("url", "http://c2.example/gate", "malicious", "5001"),
    ]
    result = run.json_result
    assert result["files"] == [
        {
            "format": "CSV",
            "attachment": "vmray-iocs.csv",
            "size": len(file),
            "sha256": hashlib.sha256(file).hexdigest(),
            "left_out": [],
            "reason": None,
        }
    ]
    assert (result["outcome"], result["complete"], result["kept"], result["udm_search"]) == (
        "done",
        True,
        2,
        [],
    )
    assert result["dropped"] == [
        {"type": "ip", "value": "10.0.0.5", "reason": "private address"},
        {
            "type": "domain",
            "value": "ocsp.digicert.com",
            "reason": "on the built-in ignore list: certificate status",
        },
        {"type": "domain", "value": "www.example", "reason": "its verdict is not in the filter: clean"},
    ]
    assert values_of(run) == ["c2.example", "http://c2.example/gate"]
    assert items_of(run)[0]["expires"] == rows[0]["expires"] > seen
    assert result["samples"] == [
        {
            "subject": "sample 5001",
            "sample_id": 5001,
            "entity": SHA256.upper(),
            "verdict": "malicious",
            "child_sample_ids": [],
            "outcome": "done",
            "reason": None,
        }
    ]
    assert shown["tables"] == {
        "VMRay IOCs - Domains": ["IOC,Verdict,Details,Samples", "c2[.]example,Malicious,DNS; HTTPS,5001"],
        "VMRay IOCs - URLs": [
            "IOC,Verdict,Details,Samples",
            "hxxp://c2[.]example/gate,Malicious,Contacted,5001",
        ],
        "VMRay IOCs - Dropped": [
            "Type,IOC,Reason",
            "ip,10[.]0[.]0[.]5,private address",
            "domain,ocsp[.]digicert[.]com,on the built-in ignore list: certificate status",
            "domain,www[.]example,its verdict is not in the filter: clean",
        ],
    }
    assert lab.seen() == [
        f"GET /rest/sample/sha256/{SHA256}",
        "GET /rest/sample/5001/iocs",
        "GET /rest/sample/5001",
        "GET /rest/analysis/sample/5001",
    ]
    assert lab.case.attachments == []


def test_all_formats_of_several_samples(lab: Lab) -> None:
    """Given two samples, one unknown, all formats and Save To Case Wall, then all are attached and saved."""
    for number in (1, 2):
        lab.vmray.control.add_sample(sha256=f"{number:064x}", iocs=FOUND)

    run = export(lab, Samples="5001, 5002, 5099", Formats=ALL_FORMATS, Save_To_Case_Wall="true")

    assert run.message == (
        "Successfully exported IOCs of the following samples from VMRay: 5001, 5002\n"
        "Action wasn't able to export IOCs of the following samples from VMRay: 5099\n\nDetails:\n"
        "5099: the object does not exist in VMRay or is not visible to the API key (HTTP 404)"
    )
    files = {each["format"]: each for each in run.json_result["files"]}
    for each in files.values():
        assert hashlib.sha256(content(run, each["attachment"])).hexdigest() == each["sha256"]
    stored = {each["name"] + each["type"] for each in lab.case.attachments}
    assert stored == set(run.attachments) == {each["attachment"] for each in files.values()}
    assert json.loads(content(run, "vmray-iocs.json"))[0]["sample_ids"] == [5001, 5002]
    bundle = json.loads(content(run, "vmray-iocs.stix.json"))
    assert {each["type"] for each in bundle["objects"]} >= {"identity", "indicator"}
    event = json.loads(content(run, "vmray-iocs.misp.json"))["Event"]
    assert event["info"] == "VMRay: 2 samples: IOCs"
    assert run.json_result["udm_search"] == ['domain = "c2.example" or target.url = "http://c2.example/gate"']
    assert lab.seen().count("GET /rest/sample/5001/mitre_attack") == 1


def test_without_techniques_a_sample_is_not_complete(lab: Lab) -> None:
    """Given techniques that cannot be read, then all IOCs are exported, and the sample is not complete."""
    lab.vmray.control.add_sample(sha256=SHA256, iocs=FOUND)
    lab.vmray.control.configure(refused_paths=[["/sample/*/mitre_attack", 404]])
    lab.hashes(SHA256)

    run = export(lab, Formats="STIX")

    (sample,) = run.json_result["samples"]
    assert (run.result_value, run.json_result["complete"]) == ("done", False)
    assert sample["reason"].startswith("the MITRE techniques could not be read: ")
    assert f"{SHA256.upper()}: {sample['reason']}" in run.message


def test_nothing_is_left_to_export(lab: Lab) -> None:
    """Given IOCs that are all dropped, then no file is attached, and the reasons are in the result."""
    lab.vmray.control.add_sample(iocs={"ips": FOUND["ips"]})

    run = export(lab, Samples="5001", Formats=ALL_FORMATS)

    assert (run.result_value, run.attachments, run.json_result["files"]) == ("empty", {}, [])
    assert run.message == (
        "No IOCs were left to export.\n\nDetails:\n5001: its only IOC was dropped; the reasons are in dropped"
    )
    assert [each["reason"] for each in run.json_result["dropped"]] == ["private address"]


def test_without_the_gate_but_with_an_ignore_list_and_a_limit(lab: Lab) -> None:
    """Given a child sample, no gate, an ignored domain and a limit, then only these two drop IOCs."""
    a_family(lab.vmray)

    run = export(
        lab,
        Samples="5001",
        Include_Child_Samples="true",
        Apply_Quality_Gate="false",
        Ignore_List="digicert.com",
        IOC_Verdict_Filter="All",
        Max_IOCs_To_Return="1",
    )

    assert values_of(run) == ["c2.example", "10.0.0.5", "http://c2.example/gate"]
    assert [(each["value"], each["reason"]) for each in run.json_result["dropped"]] == [
        ("ocsp.digicert.com", "on the ignore list: digicert.com"),
        ("www.example", "beyond the maximum of 1 per type"),
    ]
    assert items_of(run)[0]["sample_ids"] == [5002]
    assert items_of(run)[0]["expires"]


def test_a_format_that_does_not_accept_an_ioc_names_it(lab: Lab) -> None:
    """Given a registry key that is none, then STIX is without it, CSV has it, and the message says so."""
    lab.vmray.control.add_sample(iocs={"registry": ["Software\\Run"], "mutexes": ["=1+1"]})

    run = export(lab, Samples="5001", IOC_Type_Filter="registry, mutexes", Formats="STIX, CSV")

    stix, table = run.json_result["files"]
    reason = "not a registry key that begins with the name of a hive"
    assert stix["left_out"] == [{"type": "registry", "value": "Software\\Run", "reason": reason}]
    assert table["left_out"] == []
    assert b"\r\nmutex,'=1+1,malicious," in content(run, "vmray-iocs.csv")
    assert run.message.endswith("\n\nDetails:\nSTIX: IOCs that this format does not accept: 1; see left_out")


def test_a_result_without_room_for_a_file_has_failed(lab: Lab) -> None:
    """Given a result limit without room for files, then nothing was exported; the rows are there."""
    lab.vmray.control.add_sample(iocs=FOUND)

    run = lab.run(ACTION, {"Samples": "5001"}, max_json_result_size=1)

    assert (run.state.value, run.result_value, run.attachments) == ("failed", "failed", {})
    assert run.message.startswith(
        f'Error executing action "{ACTION}". Reason: no file is attached: too large: 1 KiB'
    )
    assert [each["class"] for each in run.json_result["errors"]] == ["too_large"]
    assert values_of(run) == ["c2.example", "http://c2.example/gate"]
