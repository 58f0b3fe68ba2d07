"""Get IOCs: lists of values over several samples, filters, child samples, and what was not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.lab import outcome
from tests.support.example import Example, known_hashes, known_sample
from tests.support.outcome import ended, explained, optional_part

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION = "Get IOCs"
SHA256 = "c7" * 32
FOUND: dict[str, list[dict[str, Any]]] = {
    "domains": [
        {"value": "c2.example", "verdict": "malicious"},
        {"value": "cdn.example", "verdict": "suspicious"},
        {"value": "www.example", "verdict": "clean"},
    ],
    "urls": [{"value": "http://c2.example/gate", "verdict": "malicious"}],
    "ips": [{"value": "192.0.2.10", "verdict": "malicious", "ioc": False}],
}
VALUES: dict[str, list[str]] = {
    "domains": [],
    "ips": [],
    "urls": [],
    "file_sha256": [],
    "file_names": [],
    "mutexes": [],
    "registry": [],
    "processes": [],
    "email_addresses": [],
    "emails": [],
}


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own."""
    return known_hashes(number, iocs=FOUND)


def a_family(vmray: EmbeddedEmulator) -> None:
    """Let VMRay know a sample (5001) without IOCs, in which VMRay found a sample with IOCs (5002)."""
    vmray.control.add_sample(sha256=SHA256, sample_child_sample_ids=[5002])
    vmray.control.add_sample(filename="drop.exe", iocs=FOUND)


def a_locked_report(vmray: EmbeddedEmulator) -> None:
    """Let VMRay know one sample whose report was bought as a verdict only."""
    vmray.control.add_sample(locked=True, iocs=FOUND)
    vmray.control.inject({"path": "/rest/sample/5001/iocs"}, {"kind": "status", "status": 403}, 1000)


EXAMPLES = [
    known_sample(several),
    Example(
        "child samples",
        setup=a_family,
        entities=(("FILEHASH", SHA256),),
        parameters={"Include Child Samples": "true"},
        result="done",
    ),
    Example("nothing to read", result="empty"),
]
SITUATIONS = [
    Example("a locked report", setup=a_locked_report, parameters={"Samples": "5001"}, result="locked"),
]
_REFUSED = ended(r"VMRay denied the request \(HTTP 403\)")
OUTCOMES = {
    "GET /sample/{id}": optional_part("the verdict could not be read"),
    # the list of analyses only explains why VMRay did not return the IOCs
    "GET /analysis/sample/{id}": explained(_REFUSED),
}


def iocs(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def values_of(run: ActionRun) -> list[str]:
    """The values of all rows."""
    return [each["value"] for each in run.json_result["items"]]


def samples_of(run: ActionRun) -> list[tuple[str, Any, str]]:
    """The subjects, their verdicts and outcomes."""
    return [(each["subject"], each["verdict"], each["outcome"]) for each in run.json_result["samples"]]


def test_the_whole_output(lab: Lab) -> None:
    """Given a sample with IOCs, then values, rows, counts, subject and tables are the output."""
    lab.vmray.control.add_sample(iocs=FOUND)

    run = iocs(lab, Samples="5001")

    shown = outcome(run)
    assert (shown["state"], shown["value"]) == ("completed", "done")
    assert shown["message"] == "Successfully retrieved IOCs for the following samples from VMRay: 5001"
    result = run.json_result
    assert result["values"] == {
        **VALUES,
        "domains": ["c2.example", "cdn.example"],
        "urls": ["http://c2.example/gate"],
    }
    assert {**result["items"][0], "raw": {}} == {
        "type": "domain",
        "value": "c2.example",
        "verdict": "malicious",
        "is_ioc": True,
        "threat_names": [],
        "classifications": [],
        "hashes": {},
        "sample_ids": [5001],
        "analysis_ids": [9001],
        "raw": {},
    }
    assert result["items"][0]["raw"] == lab.read("/sample/5001/iocs")["iocs"]["domains"][0]
    assert values_of(run) == ["c2.example", "http://c2.example/gate", "cdn.example"]
    assert result["counts"] == {"matched": 3, "returned": 3}
    assert result["samples"] == [
        {
            "subject": "sample 5001",
            "sample_id": 5001,
            "entity": None,
            "verdict": "malicious",
            "child_sample_ids": [],
            "outcome": "done",
            "reason": None,
        }
    ]
    assert shown["tables"] == {
        "VMRay IOCs - Domains": [
            "IOC,Verdict,Details,Samples",
            "c2[.]example,Malicious,DNS; HTTPS,5001",
            "cdn[.]example,Suspicious,DNS; HTTPS,5001",
        ],
        "VMRay IOCs - URLs": [
            "IOC,Verdict,Details,Samples",
            "hxxp://c2[.]example/gate,Malicious,Contacted,5001",
        ],
    }


def test_several_samples_share_rows_and_a_failed_one_is_a_subject(lab: Lab) -> None:
    """Given two samples with the same IOC and one unknown, then the row names both, the error its subject."""
    for _ in range(2):
        lab.vmray.control.add_sample(iocs={"domains": FOUND["domains"][:1]})

    run = iocs(lab, Samples="5001, 5002, 5099", Include_Artifacts="true")

    assert values_of(run) == ["c2.example"]
    assert run.json_result["items"][0]["sample_ids"] == [5001, 5002]
    assert samples_of(run) == [
        ("sample 5001", "malicious", "done"),
        ("sample 5002", "malicious", "done"),
        ("sample 5099", None, "not_found"),
    ]
    assert [(each["item"], each["class"]) for each in run.json_result["errors"]] == [("5099", "not_found")]
    assert (run.result_value, run.json_result["complete"]) == ("done", True)
    assert "GET /rest/sample/5001/iocs?all_artifacts=true" in lab.seen()


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (
            {"IOC_Type_Filter": "domains", "IOC_Verdict_Filter": "All"},
            ["c2.example", "cdn.example", "www.example"],
        ),
        ({"IOC_Type_Filter": "ips", "Include_Artifacts": "true"}, ["192.0.2.10"]),
        ({"Max_IOCs_To_Return": "1"}, ["c2.example", "http://c2.example/gate"]),
    ],
)
def test_filters_keep_what_was_asked_for(lab: Lab, parameters: dict[str, str], expected: list[str]) -> None:
    """Given types, verdicts, artifacts or a limit, then only these IOCs are returned."""
    lab.vmray.control.add_sample(iocs=FOUND)
    assert values_of(iocs(lab, Samples="5001", **parameters)) == expected


def test_the_iocs_of_child_samples(lab: Lab) -> None:
    """Given a sample with a child sample that can be read and one that cannot, then a note says so."""
    lab.vmray.control.add_sample(sha256=SHA256, sample_child_sample_ids=[5002, 5003])
    lab.vmray.control.add_sample(filename="drop.exe", iocs=FOUND)
    lab.vmray.control.add_sample(filename="other.exe", iocs={"domains": ["lost.example"]})
    fault = {"kind": "result_error", "error_msg": "broken"}
    lab.vmray.control.inject({"path": "/rest/sample/5003/iocs"}, fault)
    lab.hashes(SHA256)

    run = iocs(lab, Include_Child_Samples="true", IOC_Type_Filter="urls")

    (subject,) = run.json_result["samples"]
    assert (subject["outcome"], subject["child_sample_ids"]) == ("done", [5002, 5003])
    assert run.json_result["items"][0]["sample_ids"] == [5002]
    assert run.json_result["complete"] is False
    assert "the IOCs of child sample 5003 could not be read: " in subject["reason"]
    assert "the IOCs of child sample 5003 could not be read: " in run.message


def test_an_unfinished_collection_is_incomplete(lab: Lab) -> None:
    """Given IOCs that VMRay still collects, then the result is not complete, with a detail."""
    lab.vmray.control.add_sample(iocs=FOUND)
    lab.vmray.control.inject(
        {"path": "/rest/sample/5001/iocs"}, {"kind": "patch", "set": {"data.status": "waiting"}}
    )

    run = iocs(lab, Samples="5001")

    assert (run.result_value, run.json_result["complete"]) == ("done", False)
    assert run.message.endswith("5001: VMRay had not finished collecting IOCs; some may be missing")


def test_a_sample_without_iocs_and_a_locked_one(lab: Lab) -> None:
    """Given a sample without IOCs and one whose report is locked, then neither has IOCs."""
    lab.vmray.control.add_sample()
    lab.vmray.control.add_sample(filename="other.exe", locked=True, iocs=FOUND)
    lab.vmray.control.inject({"path": "/rest/sample/5002/iocs"}, {"kind": "status", "status": 404})

    run = iocs(lab, Samples="5001, 5002")

    assert samples_of(run) == [("sample 5001", "malicious", "empty"), ("sample 5002", None, "locked")]
    assert (run.result_value, values_of(run), run.tables) == ("locked", [], {})
    assert run.message.startswith("No IOCs were found for the provided samples.")
