"""Reanalyze Sample: which analyses are repeated, each once, and what an analyst is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tests.actions.billing import billed, sent
from tests.actions.lab import items_of
from tests.support.example import Example, known_hashes
from tests.support.outcome import FINE, named

from secops_lab.host import RunState

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION: Final = "Reanalyze Sample"
WAIT: Final = "Wait For Submission"
MINIMUM: Final = "Minimum Remaining Quota"
MONTH: Final = 30 * 86_400.0
OK: Final = "Successfully started new analyses of the following samples in VMRay: "
REUSED: Final = "Reused earlier VMRay results for the following samples: "
JOINED: Final = "The following samples are already being analyzed by VMRay: "
DRY: Final = "Dry run, the following samples would be analyzed again by VMRay: "
BLOCKED: Final = "Not analyzed again, the VMRay quota is too low: "
MISSED: Final = "Action wasn't able to start new analyses of the following samples in VMRay: "
NONE: Final = "No new analyses were started."
NOTE: Final = "New analyses: sharing, tags and the network cannot be chosen for them"
NOT_READ: Final = {
    "analysis_id": None,
    "decision": None,
    "job_id": None,
    "submission_id": None,
    "verdict": None,
}


def hashes(situation: str, number: int = 1, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """So many hashes of the case, each with a sample whose result is a month old."""
    example = known_hashes(number, parameters=other.pop("parameters", None), age=MONTH)
    identity = example.entities[0][1]
    row = {"subject": identity, "sample_id": None, **NOT_READ, "entity": identity}
    return replace(
        example, situation=situation, result="pending", failed_json=[row], shows_texts=False, **other
    )


def alike(situation: str, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """The same situation with any number of hashes."""
    return hashes(situation, several=lambda number: hashes(situation, number, **other), **other)


def analyses(number: int = 1) -> Example:
    """So many analyses by their ids, of samples whose result is a month old."""
    ids = tuple(str(9001 + each) for each in range(number))

    def setup(vmray: EmbeddedEmulator) -> None:
        for each in range(number):
            vmray.control.add_sample(sha256=f"{each:064x}", age=MONTH)

    return Example(
        "analyses by their ids",
        setup=setup,
        ids=ids,
        parameters={"Analysis IDs": ",".join(ids)},
        result="pending",
        several=analyses,
        shows_texts=False,
    )


EXAMPLES = [alike("usual"), alike("a guarded quota", parameters={MINIMUM: "1"})]
SITUATIONS = [analyses()]
OUTCOMES = {
    # a guard that may not read the quota is no reason to stop
    "GET /api_key/quota": {"403": FINE, "404": FINE},
    "POST /analysis/{id}/reanalyze": {"404": named("this VMRay does not offer new analyses of a sample")},
}


def reanalyze(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; in the names of parameters, `_` stands for a space."""
    return lab.run_with(ACTION, **parameters)


def test_an_analysis_is_repeated_once_and_can_be_waited_for(lab: Lab) -> None:
    """Given a sample by id and hash, a young one and a running one, then one job is started."""
    lab.vmray.control.set_lifecycle("manual")
    old = lab.vmray.control.add_sample(age=MONTH)
    lab.vmray.control.add_sample(filename="young", verdict="clean")
    lab.vmray.control.add_sample(filename="running", age=MONTH, running=60.0)

    run = reanalyze(lab, Samples=f"5001,{old['sample_sha256hash']},5002,5003,4711")

    assert billed(lab) == [("reanalysis", 9001)]
    assert len(sent(lab)) == 1
    rows = items_of(run)
    started = {
        "sample_id": 5001,
        "analysis_id": 9001,
        "decision": "submit",
        "job_id": 7005,
        "submission_id": 6001,
        "verdict": None,
        "entity": None,
        "outcome": "pending",
        "reason": None,
    }
    assert rows[:2] == [{"subject": "sample 5001", **started}] * 2
    assert [(each["decision"], each["outcome"]) for each in rows[2:]] == [
        ("reuse", "clean"),
        ("join", "pending"),
        (None, "not_found"),
    ]
    assert run.message.split("\n")[:4] == [
        f"{OK}5001, {old['sample_sha256hash']}",
        f"{REUSED}5002",
        f"{JOINED}5003",
        f"{MISSED}4711",
    ]
    assert (run.result_value, NOTE in run.message) == ("pending", True)
    assert run.json_result["cost"] == {"submitted": 1, "reused": 1, "unlocked": 0, "quota_left": None}

    lab.vmray.control.set_lifecycle("immediate")
    waited = lab.run_with(WAIT, Job_IDs=str(rows[0]["job_id"]))
    assert (waited.result_value, waited.json_result["items"][0]["sample_id"]) == ("malicious", 5001)


def test_a_dry_run_and_a_quota_that_is_too_low(lab: Lab) -> None:
    """Given a quota of two and a minimum of two, then the second sample would be blocked."""
    old(lab, 2)
    lab.vmray.control.configure(key_quota_limit=4)  # two are used by the submissions

    run = lab.run(ACTION, {"Samples": "5001,5002", MINIMUM: "2", "Dry Run": "true"})

    assert (run.message, run.result_value) == (
        f"{DRY}5001\n{BLOCKED}5002\n\nDetails:\n5002: the quota of the API key is too low: 1 left",
        "blocked_quota",
    )
    assert [(each["analysis_id"], each["decision"]) for each in items_of(run)] == [
        (9001, "dry_run"),
        (9002, "blocked_quota"),
    ]
    assert sent(lab) == []


def test_a_rejection_without_quota_is_blocked(lab: Lab) -> None:
    """Given VMRay's error in a response with 200 and no quota left, then the outcome says so."""
    old(lab, 1)
    lab.vmray.control.configure(key_quota_limit=1, quota_refusal="errors")

    run = reanalyze(lab, Samples="5001")

    assert (run.state, run.result_value) == (RunState.COMPLETED, "blocked_quota")
    assert run.message.startswith(f"{BLOCKED}5001")
    assert "The quota is exhausted" in run.message
    assert billed(lab) == []


def test_nothing_to_repeat(lab: Lab) -> None:
    """Given a sample without an analysis, then the outcome is empty, and nothing is sent."""
    lab.vmray.control.add_sample(analyses=0)

    run = reanalyze(lab, Samples="5001")

    assert (run.message, run.result_value) == (
        f"{NONE}\n\nDetails:\n5001: VMRay has no analysis of this sample",
        "empty",
    )
    assert sent(lab) == []


def test_the_analyses_that_are_given(lab: Lab) -> None:
    """Given the second analysis of a sample, then this one is repeated, not the best one."""
    lab.vmray.control.add_sample(
        age=MONTH, machines=[{"machine": "win10_64"}, {"machine": "win7_32", "verdict": "clean"}]
    )

    run = reanalyze(lab, Analysis_IDs="9002", Samples="4711")

    assert (billed(lab), sent(lab)) == ([("reanalysis", 9002)], ["POST /rest/analysis/9002/reanalyze"])
    (row,) = items_of(run)
    assert (row["subject"], row["sample_id"], row["job_id"]) == ("analysis 9002", 5001, 7003)
    assert run.message == f"{OK}9002\n\nDetails:\n{NOTE}"


def old(lab: Lab, number: int) -> None:
    """Store so many samples whose result is a month old."""
    for each in range(number):
        lab.vmray.control.add_sample(filename=f"{each}.exe", age=MONTH)
