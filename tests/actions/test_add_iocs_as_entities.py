"""Add IOCs As Entities: which entities the case has after a run, and what an analyst is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tests.actions.lab import items_of, outcome
from tests.support.example import Example, known_hashes, known_sample
from tests.support.outcome import optional_part

from secops_lab.platform import Alert

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun

ACTION: Final = "Add IOCs As Entities"
FOUND: Final[dict[str, list[dict[str, Any]]]] = {
    "domains": [
        {"value": "C2.example", "verdict": "malicious"},
        {"value": "cdn.example", "verdict": "suspicious"},
        {"value": "printer.local", "verdict": "malicious"},
    ],
    "urls": [{"value": "http://c2.example/Gate", "verdict": "malicious"}],
    "ips": [{"value": "192.0.2.10", "verdict": "malicious"}],
}


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own."""
    return replace(known_hashes(number, iocs=FOUND), names_subjects=False)


EXAMPLES = [
    known_sample(several, names_subjects=False),
    Example("nothing to read", result="empty"),
]
OUTCOMES = {
    "GET /sample/{id}": optional_part("the verdict could not be read"),
    "GET /analysis/sample/{id}": optional_part("the time of the last analysis could not be read"),
}


def add(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; in the names of parameters, `_` stands for a space."""
    return lab.run_with(ACTION, **parameters)


def states_of(run: ActionRun) -> dict[str, tuple[str, str]]:
    """The state and the outcome of each entity."""
    return {each["entity"]: (each["state"], each["outcome"]) for each in items_of(run)}


def test_the_whole_output(lab: Lab) -> None:
    """Given IOCs and an entity for one of them, then the others are added, the worst first, each once."""
    lab.vmray.control.add_sample(
        verdict="suspicious",
        iocs=FOUND,
    )
    lab.open_case(("DOMAIN", "c2.example"))

    run = add(lab, Samples="5001", IOC_Verdict_Filter="Malicious, Suspicious")

    shown = outcome(run)
    assert (shown["state"], shown["value"]) == ("completed", "done")
    assert shown["message"] == (
        "Successfully added the following IOCs as entities: "
        "192[.]0[.]2[.]10, hxxp://c2[.]example/Gate, cdn[.]example\n"
        "Updated the following entities with information from VMRay: C2[.]example"
    )
    row = {"outcome": "done", "verdict": "malicious", "sample_ids": [5001], "reason": None}
    url = {"type": "url", "value": "http://c2.example/Gate", "entity_type": "DestinationURL"}
    assert items_of(run) == [
        {**row, **each}
        for each in (
            {
                "type": "domain",
                "value": "C2.example",
                "entity_type": "DOMAIN",
                "entity": "C2.EXAMPLE",
                "state": "updated",
            },
            {
                "type": "ip",
                "value": "192.0.2.10",
                "entity_type": "ADDRESS",
                "entity": "192.0.2.10",
                "state": "created",
            },
            {**url, "entity": "HTTP://C2.EXAMPLE/GATE", "state": "created"},
            {
                "type": "domain",
                "value": "cdn.example",
                "entity_type": "DOMAIN",
                "entity": "CDN.EXAMPLE",
                "state": "created",
                "verdict": "suspicious",
            },
        )
    ]
    assert run.json_result["dropped"] == [
        {"type": "domain", "value": "printer.local", "reason": "name of an internal network: .local"}
    ]
    assert [each["outcome"] for each in run.json_result["samples"]] == ["done"]
    assert (run.json_result["complete"], run.json_result["errors"]) == (True, [])
    assert shown["tables"]["VMRay entities"][:2] == [
        "IOC,Entity Type,Verdict,State,Samples",
        "C2[.]example,DOMAIN,Malicious,updated,5001",
    ]
    assert [(each["entity_type"], each["identifier"]) for each in lab.case.entities] == [
        ("DOMAIN", "C2.EXAMPLE"),
        ("ADDRESS", "192.0.2.10"),
        ("DestinationURL", "HTTP://C2.EXAMPLE/GATE"),
        ("DOMAIN", "CDN.EXAMPLE"),
    ]
    assert set(lab.flags().values()) == {(True, True)}


def test_the_properties_of_an_entity(lab: Lab) -> None:
    """Given a suspicious sample with a malicious IOC, then the properties say so, and where it is from."""
    lab.vmray.control.add_sample(
        verdict="suspicious",
        iocs={
            "urls": [{"value": "http://c2.example/Gate", "verdict": "malicious", "threat_names": ["A", "B"]}]
        },
    )
    (sample,) = lab.samples()
    (analysis,) = lab.vmray.control.analyses()
    seen = datetime.fromisoformat(analysis["analysis_created"])

    add(lab, Samples="5001")

    (entity,) = lab.case.entities
    assert entity["additional_properties"] == {
        "OriginalIdentifier": "http://c2.example/Gate",
        "is_new_entity": "True",
        "VMRay_source": "VMRay",
        "VMRay_ioc_verdict": "malicious",
        "VMRay_ioc_type": "url",
        "VMRay_ioc_threat_names": "A, B",
        "VMRay_parent_sample_id": "5001",
        "VMRay_parent_sha256": sample["sample_sha256hash"],
        "VMRay_parent_verdict": "suspicious",
        "VMRay_parent_link": sample["sample_webif_url"],
        "VMRay_analysis_ids": "9001",
        "VMRay_seen_at": seen.isoformat(timespec="seconds"),
        "VMRay_expires": (seen + timedelta(days=30)).isoformat(timespec="seconds"),
    }


def test_a_second_run_adds_nothing(lab: Lab) -> None:
    """Given the same IOCs again, then the entities are left as they are, and none is added twice."""
    lab.vmray.control.add_sample(iocs=FOUND)
    add(lab, Samples="5001", IOC_Type_Filter="domains, ips", Ignore_List="198.51.100.0/24")
    before = lab.case.entities

    run = add(lab, Samples="5001", IOC_Type_Filter="domains, ips", Update_Existing_Entities="false")

    assert states_of(run) == dict.fromkeys(("C2.EXAMPLE", "192.0.2.10"), ("dropped", "done"))
    assert (run.result_value, lab.case.entities) == ("done", before)
    assert run.message.splitlines() == [
        "No entities were added.",
        "",
        "Details:",
        *(
            f"{name}: the case has this entity already; it was left as it is"
            for name in ("C2[.]example", "192[.]0[.]2[.]10")
        ),
    ]


def test_the_limit_and_what_is_not_read(lab: Lab) -> None:
    """Given more IOCs than the limit, and samples without IOCs and unknown ones, then each has its reason."""
    lab.vmray.control.add_sample(iocs=FOUND)
    lab.vmray.control.add_sample(
        filename="clean.exe", verdict="clean", iocs={"domains": ["ocsp.digicert.com"]}
    )

    run = add(lab, Samples="5001, 5002, 5099", Max_Entities="1")

    assert list(states_of(run)) == ["C2.EXAMPLE"]
    reason = "over the limit of Max Entities, 1"
    assert [each["value"] for each in run.json_result["dropped"] if each["reason"] == reason] == [
        "192.0.2.10",
        "http://c2.example/Gate",
    ]
    assert [each["outcome"] for each in run.json_result["samples"]] == ["done", "empty", "not_found"]
    assert [(each["item"], each["class"]) for each in run.json_result["errors"]] == [("5099", "not_found")]
    assert "\nAction wasn't able to retrieve IOCs for the following samples from VMRay: 5099\n" in run.message


def test_a_fatal_error_of_one_sample_adds_nothing(lab: Lab) -> None:
    """Given a key that may not read the IOCs of the second sample, then the first one is not done either."""
    for name in ("one.exe", "two.exe"):
        lab.vmray.control.add_sample(filename=name, iocs={"domains": ["c2.example"]})
    lab.vmray.control.configure(refused_paths=[["/sample/5002/iocs", 403]])

    run = lab.run_with(ACTION, Samples="5001,5002")

    assert [each["outcome"] for each in run.json_result["samples"]] == ["failed", "failed"]
    assert (run.json_result["items"], lab.case.entities) == ([], [])


def test_without_an_alert_nothing_is_asked(lab: Lab) -> None:
    """Given an action without an alert, then it fails before any request to VMRay."""
    lab.vmray.control.add_sample(iocs=FOUND)
    lab.vmray.control.forget_requests()

    run = lab.host.run(ACTION, lab.case, {"Samples": "5001"}, alert=Alert(lab.case, "GONE", "gone", []))

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert run.message == (
        f'Error executing action "{ACTION}". Reason: '
        "the action has no alert, and entities can only be added to an alert"
    )
    assert [each["class"] for each in run.json_result["errors"]] == ["platform"]
    assert (lab.seen(), lab.case.entities) == ([], [])
