"""Samples with a past: machines that disagree, earlier and running submissions, children, failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Json
    from tests.contract.situations import Situation

SUBMISSION = "GET /submission/{id}"
ANALYSES = "GET /analysis/submission/{id}"
SAMPLE = "GET /sample/{id}"
DOCUMENT = "OpenAPI document 2026.2.1"
MACHINES: list[dict[str, Any]] = [
    {"machine": "win10_64", "verdict": "malicious"},
    {"machine": "win7_32", "configuration": "exe_admin", "verdict": "clean"},
]


def days_ago(stamp: str) -> float:
    """Return the age of a timestamp in days."""
    age = datetime.now(UTC) - datetime.fromisoformat(stamp).replace(tzinfo=UTC)
    return age / timedelta(days=1)


def sample_named(situation: Situation, name: str) -> Json:
    """Return the sample of a scenario by its name."""
    (found,) = [one for one in situation.control.samples() if one["sample_filename"] == name]
    return found


@pytest.mark.documented(f"{DOCUMENT} (verdicts of analyses)", endpoint=ANALYSES)
def test_machines_of_one_submission_may_disagree(situation: Situation) -> None:
    """The analyses of one submission have their own machines, configurations and verdicts."""
    situation.control.load_scenario("machines-disagree")
    sample = sample_named(situation, "picky.exe")
    (submission,) = situation.submissions_of(sample)
    analyses = situation.server.get(f"/analysis/submission/{submission['submission_id']}").data
    seen = {
        (one["analysis_vm_name"], one["analysis_configuration_name"], one["analysis_verdict"])
        for one in analyses
    }
    assert seen == {("win10_64", "exe", "malicious"), ("win7_32", "exe_admin", "clean")}
    assert submission["submission_verdict"] == sample["sample_verdict"] == "malicious"


@pytest.mark.documented(f"{DOCUMENT} (`submission_has_errors`)", endpoint=SUBMISSION)
@pytest.mark.parametrize(
    ("choices", "status", "verdict"),
    [
        ({"failed": True}, "error", None),
        ({"machines": [MACHINES[0], {"machine": "win7_32", "failed": True}]}, "warning", "malicious"),
        ({"machines": MACHINES}, "success", "malicious"),
    ],
)
def test_analyses_of_a_known_sample_may_have_failed(
    situation: Situation, choices: dict[str, Any], status: str, verdict: str | None
) -> None:
    """A submission with failed analyses has errors; where all of them failed, it has no verdict."""
    sample = situation.control.add_sample(**choices)
    (submission,) = situation.submissions_of(sample)
    assert submission["submission_finished"] is True
    assert submission["submission_status"] == status
    assert submission["submission_has_errors"] is (status != "success")
    assert submission["submission_verdict"] == sample["sample_verdict"] == verdict


@pytest.mark.documented("Cortex XSOAR pack VMRay", endpoint="GET /analysis/{id}")
def test_one_report_of_several_may_be_locked(situation: Situation) -> None:
    """The lock is a field of each analysis."""
    sample = situation.control.add_sample(machines=[MACHINES[0], {"machine": "win7_32", "locked": True}])
    assert [one["analysis_lock_status"] for one in situation.analyses_of(sample)] == ["unlocked", "locked"]


@pytest.mark.documented("VMRay's connector for Defender (resubmits by age)", endpoint=SUBMISSION)
def test_a_sample_has_submissions_of_several_ages(situation: Situation) -> None:
    """The submissions of a sample have the times of their ends. The sample is as old as the first one."""
    sample = situation.control.add_sample(age=2 * 86400, earlier=[10 * 86400, 40 * 86400])
    ages = [days_ago(one["submission_finish_time"]) for one in situation.submissions_of(sample)]
    assert ages == pytest.approx([2, 10, 40], abs=0.01)
    assert days_ago(sample["sample_created"]) == pytest.approx(40, abs=0.01)


@pytest.mark.documented(f"{DOCUMENT}; Cortex XSOAR pack VMRay", endpoint="GET /submission/sample/{id}")
def test_a_known_sample_may_be_running_again(situation: Situation) -> None:
    """A known sample may have an unfinished submission with a job beside its finished one."""
    situation.control.load_scenario("still-running")
    sample = sample_named(situation, "running.exe")
    newest, older = situation.submissions_of(sample)
    assert (newest["submission_finished"], older["submission_finished"]) == (False, True)
    assert newest["submission_finish_time"] is None
    number = newest["submission_id"]
    (job,) = situation.server.get(f"/job/submission/{number}").data
    assert job["job_status"] == "inwork"
    situation.control.finish_all()
    assert situation.server.get(f"/submission/{number}").data["submission_finished"] is True
    assert situation.server.get(f"/job/{job['job_id']}").status == 404
    (analysis,) = situation.server.get(f"/analysis/job/{job['job_id']}").data
    assert analysis["analysis_submission_ids"] == [number]


@pytest.mark.documented(DOCUMENT, endpoint=SAMPLE)
def test_children_have_children_and_may_come_back(situation: Situation) -> None:
    """Each level of a tree is in the objects of its samples. A tree may contain a sample twice."""
    situation.control.load_scenario("nested-children")
    names, number = [], sample_named(situation, "invoice.zip")["sample_id"]
    for _ in range(5):
        sample = situation.server.get(f"/sample/{number}").data
        names.append(sample["sample_filename"])
        number = sample["sample_child_sample_ids"][0]
    assert names == ["invoice.zip", "inv.js", "drop.exe", "core.dll", "invoice.zip"]


@pytest.mark.documented("VMRay's Splunk SOAR app", endpoint="GET /submission")
def test_children_of_known_samples_have_submissions(situation: Situation) -> None:
    """The submission of a child names the submission of its parent."""
    situation.control.load_scenario("nested-children")
    (parent,) = situation.submissions_of(sample_named(situation, "inv.js"))
    query = {"submission_parent_submission_id": parent["submission_id"]}
    (child,) = situation.server.get("/submission", **query).data
    assert child["submission_filename"] == "drop.exe"
    assert child["submission_recursive"] is True
    assert parent["submission_parent_submission_id"] is not None


@pytest.mark.documented("VMRay's Splunk SOAR app; OpenAPI document 2026.2.1", endpoint="POST /sample/submit")
@pytest.mark.parametrize(
    ("most", "names"),
    [("0", []), ("1", ["setup.exe"]), ("10", ["setup.exe", "readme.txt", "upd.exe"])],
)
def test_children_are_submitted_level_by_level(situation: Situation, most: str, names: list[str]) -> None:
    """VMRay submits what is in a sample, and what is in that; `max_recursive_samples` limits how many."""
    form = {"max_recursive_samples": most}
    data = situation.server.submit(b"content", "emulate-container.bin", **form)
    root = data["submissions"][0]["submission_id"]
    parent, *children = situation.server.get("/submission", _order="asc").data
    assert parent["submission_id"] == root
    assert [one["submission_filename"] for one in children] == names
    by_id = {one["submission_id"]: one for one in (parent, *children)}
    owners = {
        one["submission_filename"]: by_id[one["submission_parent_submission_id"]]["submission_filename"]
        for one in children
    }
    assert owners.get("upd.exe", "setup.exe") == "setup.exe"
    assert parent["submission_verdict"] == "clean"


@pytest.mark.inferred("a sample may be deleted, or be invisible to the key", endpoint=SAMPLE)
def test_a_child_may_be_404(situation: Situation) -> None:
    """A parent may name a child that is 404. Its verdict is in the relation."""
    situation.control.load_scenario("nested-children")
    relations = sample_named(situation, "invoice.zip")["sample_child_relations"]
    statuses = {
        relation["relation_child_sample_verdict"]: situation.server.get(
            f"/sample/{relation['relation_child_sample_id']}"
        ).status
        for relation in relations
    }
    assert statuses == {"suspicious": 200, "clean": 404}


@pytest.mark.documented(f"{DOCUMENT} (`sample_child_relations_truncated`)", endpoint=SAMPLE)
def test_a_truncated_list_of_many_children(situation: Situation) -> None:
    """The children that a truncated list lacks are found through the rows of `/sample_relation`."""
    children = [{"filename": f"{number}.bin"} for number in range(5)]
    number = situation.control.add_sample(filename="many.zip", children=children)["sample_id"]
    situation.control.configure(relations_per_sample=2)
    sample = situation.server.get(f"/sample/{number}").data
    assert sample["sample_child_relations_truncated"] is True
    assert len(sample["sample_child_relations"]) == len(sample["sample_child_sample_ids"]) == 2
    rows = situation.server.get(f"/sample_relation/sample/{number}").data
    found = [situation.server.get(f"/submission/{row['sample_relation_submission_id']}").data for row in rows]
    assert {one["submission_filename"] for one in found} == {child["filename"] for child in children}


@pytest.mark.documented(DOCUMENT, endpoint="POST /sample/submit")
def test_an_upload_runs_in_the_machines_of_its_sample(situation: Situation) -> None:
    """A new submission of a known sample has one job for each of its machines, and one static job."""
    situation.control.add_sample(filename="picky.exe", machines=MACHINES)
    data = situation.server.submit(b"picky.exe", "picky.exe")
    assert [job["job_vm_name"] for job in data["jobs"]] == ["win10_64", "win7_32"]
    number = data["submissions"][0]["submission_id"]
    analyses = situation.server.get(f"/analysis/submission/{number}").data
    assert {one["analysis_vm_name"]: one["analysis_verdict"] for one in analyses} == {
        "win10_64": "malicious",
        "win7_32": "clean",
        None: "malicious",
    }
