"""Unlock Report: which reports are paid for, each once, and what an analyst is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tests.actions.billing import billed, sent
from tests.actions.lab import items_of
from tests.support.example import Example, known_hashes
from tests.support.outcome import FINE, named

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
