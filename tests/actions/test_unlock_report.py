"""Unlock Report: which reports are paid for, each once, and what an analyst is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tests.actions.billing import billed, sent
from tests.actions.lab import completed, failed, items_of, outcome
from tests.support.example import Example, known_hashes
from tests.support.outcome import FINE, named

from secops_lab.host import RunState

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun

ACTION: Final = "Unlock Report"
MINIMUM: Final = "Minimum Remaining Report Quota"
OK: Final = "Successfully unlocked the reports of the following samples in VMRay: "
DRY: Final = "Dry run, the reports of the following samples would be unlocked in VMRay: "
BLOCKED: Final = "Not unlocked, the VMRay report quota is too low: "
MISSED: Final = "Action wasn't able to unlock the reports of the following samples in VMRay: "
NONE: Final = "No reports were unlocked."
UNCERTAIN: Final = "not certain whether it was unlocked"
NOT_READ: Final[dict[str, Any]] = {"verdict": None, "unlocked_analysis_ids": [], "was_locked": None}
UNLOCK: Final = {"method": "POST", "path": "/rest/sample/*/unlock_reports"}


def hashes(situation: str, number: int = 1, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """So many hashes of the case, each with a sample whose report is locked."""
    parameters = other.pop("parameters", None)
    example = known_hashes(number, parameters=parameters, locked=True)
    row = {"subject": example.entities[0][1], "sample_id": None, **NOT_READ, "entity": example.entities[0][1]}
    return replace(
        example,
        situation=situation,
        result=other.pop("result", "done"),
        failed_json=[row],
        shows_texts=False,
        **other,
    )


def alike(situation: str, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """The same situation with any number of hashes."""
    return hashes(situation, several=lambda number: hashes(situation, number, **other), **other)


EXAMPLES = [alike("usual"), alike("a guarded quota", parameters={MINIMUM: "1"})]
OUTCOMES = {
    # a guard that may not read the quota is no reason to stop
    "GET /billing_info": {"403": FINE, "404": FINE},
    "POST /sample/{id}/unlock_reports": {"404": named("this VMRay does not offer unlocking over its API")},
}


def unlock(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; in the names of parameters, `_` stands for a space."""
    return lab.run_with(ACTION, **parameters)


def test_reports_are_unlocked_once(lab: Lab) -> None:
    """Given a sample by its id and its hash, another verdict and an open report, then one is paid for."""
    locked = lab.vmray.control.add_sample(locked=True)
    lab.vmray.control.add_sample(filename="clean", locked=True, verdict="clean")
    lab.vmray.control.add_sample(filename="open")

    run = unlock(lab, Samples=f"5001,{locked['sample_sha256hash']},5002,5003,4711")

    assert billed(lab) == [("unlock", 5001)]
    assert len(sent(lab)) == 1
    rows = items_of(run)
    done = {
        "sample_id": 5001,
        "verdict": "malicious",
        "unlocked_analysis_ids": [9001],
        "was_locked": True,
        "entity": None,
        "outcome": "done",
        "reason": None,
    }
    assert rows[:2] == [{"subject": "sample 5001", **done}] * 2
    assert [(each["outcome"], each["reason"]) for each in rows[2:4]] == [
        ("empty", "its verdict is not in Unlock Verdicts: clean"),
        ("empty", "no report of this sample is locked"),
    ]
    assert (rows[4]["outcome"], run.result_value) == ("not_found", "done")
    assert run.message.split("\n")[:2] == [
        f"{OK}5001, {locked['sample_sha256hash']}",
        f"{MISSED}4711",
    ]
    assert run.json_result["cost"] == {"submitted": 0, "reused": 0, "unlocked": 1, "quota_left": None}


def test_the_whole_output(lab: Lab) -> None:
    """Given the hash of a locked sample, then this is the output, and these are the requests."""
    sample = lab.vmray.control.add_sample(locked=True)
    sha256 = sample["sample_sha256hash"]
    lab.hashes(sha256)

    run = unlock(lab)

    row = {
        "subject": "sample 5001",
        "sample_id": 5001,
        "verdict": "malicious",
        "unlocked_analysis_ids": [9001],
        "was_locked": True,
        "entity": sha256.upper(),
        "outcome": "done",
        "reason": None,
    }
    json_result = {
        "outcome": "done",
        "complete": True,
        "cost": {"submitted": 0, "reused": 0, "unlocked": 1, "quota_left": None},
        "items": [row],
        "left_out": None,
        "errors": [],
    }
    expected = completed(f"{OK}{sha256.upper()}", value="done", json_result=json_result)
    assert outcome(run) == expected | {"links": {"VMRay sample 5001": [sample["sample_webif_url"]]}}
    assert lab.seen() == [
        f"GET /rest/sample/sha256/{sha256}",
        "GET /rest/analysis/sample/5001",
        "POST /rest/sample/5001/unlock_reports",
        "GET /rest/analysis/sample/5001",
    ]


def test_a_dry_run_and_a_quota_that_is_too_low(lab: Lab) -> None:
    """Given two reports left and a minimum of two, then the second sample would be blocked."""
    locked(lab, 2)
    lab.vmray.control.configure(report_quota=2)

    run = lab.run(ACTION, {"Samples": "5001,5002", MINIMUM: "2", "Dry Run": "true"})

    assert (run.message, run.result_value) == (
        f"{DRY}5001\n{BLOCKED}5002\n\nDetails:\n5002: the report quota is too low: 1 left",
        "blocked_quota",
    )
    assert sent(lab) == []
    assert run.json_result["errors"][0]["class"] == "quota"


def test_a_rejection_without_quota_is_blocked(lab: Lab) -> None:
    """Given VMRay's 403 and no report left, then the outcome says so, and the action completes."""
    locked(lab, 1)
    lab.vmray.control.configure(report_quota=0, quota_refusal="403")

    run = unlock(lab, Samples="5001")

    assert (run.state, run.result_value) == (RunState.COMPLETED, "blocked_quota")
    assert run.message.startswith(
        f"{BLOCKED}5001\n\nDetails:\n5001: the report quota is too low: VMRay denied"
    )
    assert run.json_result["cost"]["quota_left"] == 0


def test_an_unlock_that_is_not_offered(lab: Lab) -> None:
    """Given 404 for a sample that exists, then the action fails with what may be the cause."""
    locked(lab, 1)
    lab.vmray.control.configure(refused_paths=[["/sample/*/unlock_reports", 404]])

    run = unlock(lab, Samples="5001")

    reason = "this VMRay does not offer unlocking over its API, or this key may not"
    assert (run.state, run.message) == (
        RunState.FAILED,
        f'Error executing action "{ACTION}". Reason: {reason}',
    )
    assert items_of(run)[0]["was_locked"] is True


def test_an_error_that_ends_the_action_does_not_hide_what_was_paid(lab: Lab) -> None:
    """Given a key without the right for one sample, then the message says how many others were unlocked."""
    locked(lab, 3)
    lab.vmray.control.configure(refused_paths=[["/sample/5002/unlock_reports", 403]])
    faults = {"5002": {"kind": "stall", "seconds": 0.3}, "5003": {"kind": "reset_before", "stored": True}}
    for number, fault in faults.items():
        lab.vmray.control.inject({**UNLOCK, "path": f"/rest/sample/{number}/unlock_reports"}, fault)

    run = unlock(lab, Samples="5001,5002,5003")

    assert [each["outcome"] for each in items_of(run)] == ["done", "failed", "done"]
    assert run.state is RunState.FAILED
    assert run.message.split("\n")[2:] == [
        "Details:",
        "Kept: 2 of 3 samples were unlocked before this error",
    ]


def test_an_error_that_ends_the_action_does_not_hide_what_is_uncertain(lab: Lab) -> None:
    """Given a lost response, and a key that is rejected later, then the message says what is uncertain."""
    locked(lab, 1)
    lab.vmray.control.inject(UNLOCK, {"kind": "reset_before"})
    for fault in ({"kind": "patch"}, {"kind": "status", "status": 401}):  # the first look-up has no fault
        lab.vmray.control.inject({"path": "/rest/analysis/sample/5001"}, fault)

    run = unlock(lab, Samples="5001")

    assert run.state is RunState.FAILED
    assert "Reason: VMRay rejected the API key (HTTP 401)" in run.message
    assert f"Details:\n5001: {UNCERTAIN} (" in run.message


def test_a_case_with_too_many_hashes_costs_nothing(lab: Lab) -> None:
    """Given more hashes than the action pays for, then nothing is sent."""
    lab.hashes(*(f"{each:064x}" for each in range(21)))

    run = unlock(lab)

    problem = "is empty, and this action would have 21 entities of type FILEHASH"
    reason = f'parameter "Samples" {problem}; allowed: at most 20.'
    assert outcome(run) == failed(f'Error executing action "{ACTION}". Reason: {reason}', value="failed")
    assert lab.seen() == []


def locked(lab: Lab, number: int) -> None:
    """Store so many samples whose reports are locked."""
    for each in range(number):
        lab.vmray.control.add_sample(filename=f"{each}.exe", locked=True)
