"""Get Child Samples: the tree below a sample, and the path to the worst verdict."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.lab import outcome
from tests.support.example import Example

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION = "Get Child Samples"
ROOT_SHA256 = "a1" * 32
TREE_REQUESTS = ["GET /rest/sample/5001", "GET /rest/sample/5002", "GET /rest/sample/5003"]


def linked(parent: int, child: int, relation: str, verdict: str) -> dict[str, Any]:
    """Return the fields of a parent with one child."""
    link = {
        "relation_id": child,
        "relation_type": relation,
        "relation_child_sample_id": child,
        "relation_parent_sample_id": parent,
        "relation_child_sample_verdict": verdict,
        "relation_parent_sample_verdict": None,
    }
    return {"sample_child_sample_ids": [child], "sample_child_relations": [link]}


def an_archive(vmray: EmbeddedEmulator) -> None:
    """Let VMRay know an archive (5001) with a script (5002), which dropped a malicious file (5003)."""
    archive = linked(5001, 5002, "Embedded File", "suspicious")
    vmray.control.add_sample(
        filename="invoice.zip", sha256=ROOT_SHA256, sample_type="ZIP", verdict="clean", **archive
    )
    script = linked(5002, 5003, "Dropped File", "malicious")
    vmray.control.add_sample(filename="inv.js", sample_type="JScript", verdict="suspicious", **script)
    vmray.control.add_sample(filename="drop.exe", verdict="malicious", threat_names=["Gen.Loader"])


def several(number: int) -> Example:
    """So many hashes, each with a clean sample of its own; all contain the same file."""
    hashes = [f"{each:064x}" for each in range(1, number + 1)]

    def setup(vmray: EmbeddedEmulator) -> None:
        for place, each in enumerate(hashes):
            common = linked(5001 + place, 5001 + number, "Embedded File", "clean")
            vmray.control.add_sample(sha256=each, verdict="clean", **common)
        vmray.control.add_sample(verdict="clean")

    return Example(setup=setup, entities=tuple(("FILEHASH", each) for each in hashes), result="clean")


EXAMPLES = [
    Example(
        setup=an_archive,
        entities=(("FILEHASH", ROOT_SHA256),),
        result="malicious",
        several=several,
        failed_json=[{"subject": ROOT_SHA256.upper(), "root_sample_id": None, "entity": ROOT_SHA256.upper()}],
    ),
    Example("an unknown hash", entities=(("FILEHASH", "ab" * 32),), result="not_found"),
]
SITUATIONS = [
    Example(
        "a sample without child samples",
        setup=lambda vmray: vmray.control.add_sample(verdict="clean"),
        parameters={"Samples": "5001"},
        result="clean",
    ),
]


def children(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def test_the_tree_of_an_archive_in_full(lab: Lab) -> None:
    """Given a clean archive with a malicious file two levels below, then the outcome is malicious."""
    an_archive(lab.vmray)
    lab.hashes(ROOT_SHA256)

    run = children(lab)

    shown = outcome(run)
    link = "https://vmray.example/samples/"
    sha256 = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("inv.js", "drop.exe")}
    rows = [
        {
            "sample_id": 5002,
            "parent_sample_id": 5001,
            "depth": 1,
            "relation": "Embedded File",
            "name": "inv.js",
            "type": "JScript",
            "sha256": sha256["inv.js"],
            "verdict": "suspicious",
            "threat_names": ["Gen.Known"],
            "web_link": f"{link}5002",
        },
        {
            "sample_id": 5003,
            "parent_sample_id": 5002,
            "depth": 2,
            "relation": "Dropped File",
            "name": "drop.exe",
            "type": "Windows Exe (x86-64)",
            "sha256": sha256["drop.exe"],
            "verdict": "malicious",
            "threat_names": ["Gen.Loader"],
            "web_link": f"{link}5003",
        },
    ]
    item = {
        "subject": "sample 5001",
        "root_sample_id": 5001,
        "entity": ROOT_SHA256.upper(),
        "own_verdict": "clean",
        "children": rows,
        "cut_at_depth": 0,
        "cut_by_limit": 0,
        "outcome": "malicious",
        "reason": None,
    }
    path = [
        {"sample_id": 5001, "name": "invoice.zip", "relation": None},
        {"sample_id": 5002, "name": "inv.js", "relation": "Embedded File"},
        {"sample_id": 5003, "name": "drop.exe", "relation": "Dropped File"},
    ]
    assert shown["json"] == {
        "outcome": "malicious",
        "complete": True,
        "worst": {"sample_id": 5003, "verdict": "malicious", "path": path},
        "items": [item],
        "left_out": None,
        "errors": [],
    }
    assert (shown["state"], shown["value"]) == ("completed", "malicious")
    assert shown["message"] == (
        f"Successfully retrieved the child samples of the following samples from VMRay: {ROOT_SHA256.upper()}"
    )
    assert shown["tables"] == {
        "VMRay child samples": [
            "Depth,Relation,Name,Type,Verdict,SHA-256,Sample ID",
            f"1,Embedded File,inv.js,JScript,Suspicious,{sha256['inv.js']},5002",
            f"2,Dropped File,drop.exe,Windows Exe (x86-64),Malicious,{sha256['drop.exe']},5003",
        ]
    }
    assert lab.insights().keys() == {ROOT_SHA256.upper()}
    assert lab.seen() == [f"GET /rest/sample/sha256/{ROOT_SHA256}", *TREE_REQUESTS]


def test_limits_and_the_filter(lab: Lab) -> None:
    """Given one level, then the verdict of a child below still counts, and its row is cut."""
    an_archive(lab.vmray)

    run = children(lab, Samples="5001", Max_Depth="1", Create_Insight="false")

    (item,) = run.json_result["items"]
    assert (run.result_value, item["cut_at_depth"], len(item["children"])) == ("malicious", 1, 1)
    assert run.message.endswith("\n\nDetails:\n5001: child samples not read: 1, deeper than Max Depth")
    assert lab.seen() == TREE_REQUESTS[:2]
    assert lab.case.insights == []


def test_a_sample_without_children_keeps_its_verdict(lab: Lab) -> None:
    """Given no children of the wanted relation, then the none sentence, and the own verdict."""
    an_archive(lab.vmray)

    run = children(lab, Samples="5001, 7777", Relation_Filter="attachment, memory dump")

    assert [each["outcome"] for each in run.json_result["items"]] == ["clean", "not_found"]
    assert (run.state.value, run.result_value) == ("completed", "not_found")
    assert run.message.startswith("No child samples were found for the provided samples.\n\nDetails:\n7777: ")
    assert sorted(lab.seen()) == ["GET /rest/sample/5001", "GET /rest/sample/7777"]


def test_a_child_that_cannot_be_read_keeps_the_verdict_of_its_relation(lab: Lab) -> None:
    """Given an error of one child, then the tree ends there, with a detail; the outcome stays."""
    an_archive(lab.vmray)
    lab.vmray.control.inject({"path": "/rest/sample/5003"}, {"kind": "result_error", "error_msg": "broken"})

    run = children(lab, Samples="5001")

    row = run.json_result["items"][0]["children"][1]
    assert (row["sample_id"], row["verdict"], row["name"]) == (5003, "malicious", None)
    assert (run.result_value, run.json_result["complete"]) == ("malicious", False)
    assert "5001: sample 5003 could not be read: " in run.message
    assert run.links == {}


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"Max Depth": "11"}, 'parameter "Max Depth" has the value "11", which is out of range'),
        ({"Max Child Samples": "many"}, 'parameter "Max Child Samples" has the value "many"'),
        ({"Relation Filter": "Dropped"}, 'parameter "Relation Filter" has the value "dropped"'),
    ],
)
def test_bad_input_is_named_before_any_request(lab: Lab, parameters: dict[str, str], problem: str) -> None:
    """Given a wrong limit or relation, then one sentence names the parameter, and VMRay sees no request."""
    run = lab.run(ACTION, {"Samples": "5001", **parameters})

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert problem in run.message
    assert lab.seen() == []
