"""Get MITRE Techniques: techniques with their proof, filters, the layer, the insight; what was not read."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.lab import outcome
from tests.support.example import Example, known_hashes
from tests.support.outcome import ended, explained

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION = "Get MITRE Techniques"
LAYER = "vmray-navigator-layer.json"
INDICATORS = [
    {"category": "Persistence", "operation": "Adds a key at http://c2.example/a", "score": 3},
    {"category": "Discovery", "operation": "Reads the host name", "score": 1},
    {"category": "Defense Evasion", "operation": "Stops a tool", "score": 5},
]
REGISTRY = {
    "technique_id": "T1112",
    "technique": "Modify Registry",
    "tactics": ["Defense Evasion", "Persistence"],
    "indicators": [0],
}
DISCOVERY = {"technique_id": "T1082", "technique": "System Information", "tactics": ["Discovery"]}
TOOLS = {"technique_id": "T1562.001", "technique": "Disable Tools", "tactics": ["Defense Evasion"]}
FOUND: dict[str, Any] = {
    "indicators": INDICATORS,
    "techniques": [{**DISCOVERY, "indicators": [1]}, REGISTRY, {**TOOLS, "indicators": [0, 2]}],
}


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own."""
    return known_hashes(number, **FOUND)


def a_locked_report(vmray: EmbeddedEmulator) -> None:
    """Let VMRay know one sample whose report was bought as a verdict only."""
    vmray.control.add_sample(locked=True, **FOUND)
    vmray.control.inject({"path": "/rest/sample/5001/mitre_attack"}, {"kind": "status", "status": 403}, 1000)


EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        result="done",
        several=several,
        failed_json=[
            {"subject": KNOWN_SHA256.upper(), "sample_id": None, "entity": KNOWN_SHA256.upper()},
        ],
    ),
    Example("nothing to read", result="empty"),
]
SITUATIONS = [
    Example("a locked report", setup=a_locked_report, parameters={"Samples": "5001"}, result="locked"),
]
_REFUSED = ended(r"VMRay denied the request \(HTTP 403\)")
OUTCOMES = {
    # the list of analyses only explains why VMRay did not return the techniques
    "GET /analysis/sample/{id}": explained(_REFUSED),
}


def techniques(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def ids_of(run: ActionRun) -> list[list[str]]:
    """The ids of the techniques of each row."""
    return [[each["technique_id"] for each in item["techniques"]] for item in run.json_result["items"]]


def layer_of(run: ActionRun) -> dict[str, Any]:
    """The layer that is attached."""
    assert list(run.attachments) == [LAYER]
    found: dict[str, Any] = json.loads(base64.b64decode(run.attachments[LAYER]))
    return found


def test_the_whole_output(lab: Lab) -> None:
    """Given a sample with three techniques, then they are ranked, in a table and an insight."""
    lab.vmray.control.add_sample(**FOUND)

    run = techniques(lab, Samples="5001")

    shown = outcome(run)
    key = "3/5 Persistence: Adds a key at hxxp://c2.example/a"
    (item,) = run.json_result["items"]
    assert (shown["state"], shown["value"]) == ("completed", "done")
    assert shown["message"] == (
        "Successfully retrieved MITRE techniques for the following samples from VMRay: 5001"
    )
    assert ids_of(run) == [["T1562.001", "T1112", "T1082"]]
    assert item["techniques"][1] == {
        "technique_id": "T1112",
        "technique": "Modify Registry",
        "tactics": ["Defense Evasion", "Persistence"],
        "score": 3,
        "proof": [
            {
                "indicator_id": 1,
                "score": 3,
                "category": "Persistence",
                "operation": "Adds a key at http://c2.example/a",
            }
        ],
        "matrix_version": "2019-04-25T20:53:07.719000",
    }
    assert run.json_result["technique_ids"] == ["T1562.001", "T1112", "T1082"]
    assert run.json_result["tactics"] == ["Defense Evasion", "Persistence", "Discovery"]
    assert shown["tables"]["VMRay MITRE techniques"] == [
        "Technique,Name,Tactics,Score,Proof",
        f"T1562.001,Disable Tools,Defense Evasion,5,5/5 Defense Evasion: Stops a tool; {key}",
        f"T1112,Modify Registry,Defense Evasion; Persistence,3,{key}",
        "T1082,System Information,Discovery,1,1/5 Discovery: Reads the host name",
    ]
    (insight,) = lab.case.insights
    assert insight["title"] == "VMRay sample 5001"
    assert insight["content"] == (
        "<h2><strong>MITRE techniques by tactic</strong></h2>"
        "<p><strong>Persistence</strong></p><ul><li>T1112 Modify Registry (3/5)</li></ul>"
        "<p><strong>Defense Evasion</strong></p><ul><li>T1562.001 Disable Tools (5/5)</li>"
        "<li>T1112 Modify Registry (3/5)</li></ul>"
        "<p><strong>Discovery</strong></p><ul><li>T1082 System Information (1/5)</li></ul>"
    )
    assert lab.seen() == ["GET /rest/sample/5001/mitre_attack"]


def test_one_layer_for_all_samples(lab: Lab) -> None:
    """Given two samples with a common technique, then the layer names both, with the highest score."""
    lab.vmray.control.add_sample(**FOUND)
    stronger = {**INDICATORS[0], "score": 4}
    lab.vmray.control.add_sample(indicators=[stronger], techniques=[REGISTRY])

    run = techniques(lab, Samples="5001, 5002")

    layer = layer_of(run)
    assert layer["versions"] == {"attack": "4", "navigator": "4.9.0", "layer": "4.5"}
    assert (layer["name"], layer["domain"]) == ("VMRay: 2 samples", "enterprise-attack")
    assert layer["gradient"] == {"colors": ["#ffe766", "#d93025"], "minValue": 0, "maxValue": 5}
    assert {each["techniqueID"]: each["score"] for each in layer["techniques"]} == {
        "T1082": 1,
        "T1112": 4,
        "T1562.001": 5,
    }
    assert layer["techniques"][1] == {
        "techniqueID": "T1112",
        "score": 4,
        "comment": "4/5 Persistence: Adds a key at hxxp://c2[.]example/a; "
        "3/5 Persistence: Adds a key at hxxp://c2[.]example/a",
        "metadata": [{"name": "VMRay sample", "value": "5001"}, {"name": "VMRay sample", "value": "5002"}],
    }


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"Tactic_Filter": "persistence"}, ["T1112"]),
        ({"Tactic_Filter": "defense-evasion, DISCOVERY"}, ["T1562.001", "T1112", "T1082"]),
        ({"Lowest_Indicator_Score": "4"}, ["T1562.001"]),
    ],
)
def test_filters_keep_what_was_asked_for(lab: Lab, parameters: dict[str, str], expected: list[str]) -> None:
    """Given tactics or a score, then other techniques are left out; layer and insight are optional."""
    lab.vmray.control.add_sample(**FOUND)

    run = techniques(
        lab, Samples="5001", Attach_Navigator_Layer="false", Create_Insight="false", **parameters
    )

    assert ids_of(run) == [expected]
    assert (run.attachments, lab.case.insights) == ({}, [])


def test_the_hashes_of_the_case_are_read_without_a_parameter(lab: Lab) -> None:
    """Given entities, then a known hash has an insight of its own, and an unknown hash is not found."""
    lab.vmray.control.add_sample(sha256="c7" * 32, **FOUND)
    lab.hashes("c7" * 32, "ab" * 32)

    run = techniques(lab)

    assert [(each["entity"], each["outcome"]) for each in run.json_result["items"]] == [
        ("C7" * 32, "done"),
        ("AB" * 32, "not_found"),
    ]
    assert list(lab.insights()) == ["C7" * 32]
    assert (
        "Action wasn't able to retrieve MITRE techniques for the following samples from VMRay: "
        in run.message
    )


def test_a_sample_without_techniques_is_empty(lab: Lab) -> None:
    """Given a sample without techniques and one that is locked, then neither is done, without a file."""
    lab.vmray.control.add_sample()
    lab.vmray.control.add_sample(filename="other.exe", locked=True)
    fault = {"kind": "status", "status": 403}
    lab.vmray.control.inject({"path": "/rest/sample/5002/mitre_attack"}, fault)

    run = techniques(lab, Samples="5001, 5002")

    assert [each["outcome"] for each in run.json_result["items"]] == ["empty", "locked"]
    assert (run.result_value, run.attachments, run.json_result["technique_ids"]) == ("locked", {}, [])
    assert run.message.startswith("No MITRE techniques were found for the provided samples.")
