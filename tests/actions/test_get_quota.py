"""Get Quota: what is left, whether it is enough, and what the API key may not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.lab import outcome
from tests.support.example import Example
from tests.support.outcome import FATAL, LATE, ended, noted, optional_part

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun

OK = "Successfully retrieved the quota from VMRay."
LIMITED = {"key_quota_limit": 500, "quota_used": 37}
EXAMPLES = [
    Example(settings=LIMITED, result="done"),
    Example(
        "too little is left",
        settings=LIMITED,
        parameters={"Minimum Remaining": "1000"},
        result="blocked_quota",
    ),
]
# A part that cannot be read is null; the other parts are returned.
_OPTIONAL = optional_part("could not be read: ")
OUTCOMES = {
    # the first request ends the action if its error concerns the others, too, or if it takes the whole run
    "GET /api_key/quota": {
        **_OPTIONAL,
        FATAL: ended(""),
        LATE: ended("did not respond"),
        "403": noted("could not be read: .*HTTP 403"),
    },
    "GET /billing_info": _OPTIONAL,
    "GET /system_info": _OPTIONAL,
}


def quota(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with("Get Quota", **parameters)


def result_of(run: ActionRun) -> dict[str, Any]:
    """The JSON result."""
    return dict(run.json_result)


def test_all_parts_are_read(lab: Lab) -> None:
    """Given a key with a limit, then limit, use and rest are returned with the plan and the version."""
    lab.vmray.control.configure(**LIMITED)

    run = quota(lab)

    shown = outcome(run)
    found = shown["json"]
    assert (shown["state"], shown["value"], shown["message"]) == ("completed", "done", OK)
    assert (found["outcome"], found["complete"], found["items"], found["errors"]) == ("done", True, [], [])
    assert found["cost"] == {"submitted": 0, "reused": 0, "unlocked": 0, "quota_left": 463}
    assert found["key"] == {"limit": 500, "left": 463, "unlimited": False, "used": 37}
    assert shown["tables"]["VMRay quota"][:2] == ["Quota,Limit,Left", "Key,500,463"]
    assert lab.seen() == ["GET /rest/api_key/quota", "GET /rest/billing_info", "GET /rest/system_info"]
    assert "@" not in run.rounds[-1].stdout
    assert found["server_version"] == lab.read("/system_info")["version"]


@pytest.mark.parametrize(("minimum", "word"), [("463", "done"), ("464", "blocked_quota"), ("0", "done")])
def test_a_minimum_guards_a_playbook(lab: Lab, minimum: str, word: str) -> None:
    """Given fewer submissions left than the minimum, then the outcome is blocked_quota."""
    lab.vmray.control.configure(**LIMITED)

    run = quota(lab, Minimum_Remaining=minimum)

    assert (run.state.value, run.result_value, result_of(run)["outcome"]) == ("completed", word, word)
    assert run.message == (
        OK if word == "done" else f"The VMRay quota is too low: 463 left, {minimum} needed."
    )


def test_no_limit_is_enough_for_every_minimum(lab: Lab) -> None:
    """Given a limit of 0, which means no limit, then every minimum is met."""
    lab.vmray.control.configure(key_quota_limit=0, quota_used=12)

    run = quota(lab, Minimum_Remaining="1000000")

    assert result_of(run)["key"] == {"limit": None, "left": None, "unlimited": True, "used": 12}
    assert run.result_value == "done"


@pytest.mark.parametrize("status", [403, 404])
def test_a_part_that_may_not_be_read_is_null(lab: Lab, status: int) -> None:
    """Given a key without the permission for one part, then the part is null, and a detail says so."""
    lab.vmray.control.inject({"path": "/rest/billing_info"}, {"kind": "status", "status": status})

    run = quota(lab)

    found = result_of(run)
    assert (found["report"], found["verdict"], found["plan"]) == (None, None, None)
    assert found["key"] is not None
    assert "Quotas of the plan: could not be read: " in run.message
    assert str(status) in run.message
    assert run.result_value == "done"


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("api_key/quota", {"kind": "status", "status": 500}),
        ("billing_info", {"kind": "redirect", "location": "http://127.0.0.1:9/login"}),
        ("system_info", {"kind": "status", "status": 401}),
        ("billing_info", {"kind": "reset_mid_body"}),
        ("api_key/quota", {"kind": "data_null"}),
    ],
)
def test_a_part_that_cannot_be_read_does_not_affect_the_others(
    lab: Lab, path: str, fault: dict[str, Any]
) -> None:
    """Whatever the fault of one part, the other two are returned, and a detail names the reason."""
    lab.vmray.control.inject({"path": f"/rest/{path}"}, fault, 1_000)

    run = quota(lab)

    lab.vmray.control.clear_faults()
    found = result_of(run)
    assert (run.state.value, run.result_value) == ("completed", "done")
    assert [found[name] is None for name in ("key", "report", "server_version")].count(True) == 1
    assert run.message.count("could not be read: ") == 1


@pytest.mark.parametrize(("quota_type", "value"), [("Key", "failed"), ("Report", "done")])
def test_a_guard_that_does_not_know_the_quota_does_not_open(lab: Lab, quota_type: str, value: str) -> None:
    """Given a minimum for a quota that cannot be read, then the action fails; other parts are optional."""
    fault = {"kind": "status", "status": 502}
    lab.vmray.control.inject({"path": "/rest/api_key/quota"}, fault, 4)

    run = quota(lab, Minimum_Remaining="1", Quota_Type=quota_type)

    assert run.result_value == value
    assert "HTTP 502" in run.message


@pytest.mark.parametrize(
    ("path", "patch", "quota_type"),
    [
        ("api_key/quota", {"quota_limit": -1}, "Key"),
        ("api_key/quota", {"quota_limit": 10, "used_quota": None}, "Key"),
        ("billing_info", {"report_remaining": "-3"}, "Report"),
        ("billing_info", {"verdict_quota": 5, "verdict_remaining": "few"}, "Verdict"),
    ],
)
def test_a_value_that_is_not_understood_is_not_unlimited(
    lab: Lab, path: str, patch: dict[str, Any], quota_type: str
) -> None:
    """Given such a value, then the quota is null with a detail, and a guard of this quota does not open."""
    fields = {f"data.{field}": value for field, value in patch.items()}
    lab.vmray.control.inject({"path": f"/rest/{path}"}, {"kind": "patch", "set": fields}, times=2)

    run = quota(lab)
    guarded = quota(lab, Minimum_Remaining="1", Quota_Type=quota_type)

    found = result_of(run)
    read = [name for name in ("key", "report", "verdict") if found[name] is not None]
    assert (run.result_value, quota_type.lower() in read, len(read)) == ("done", False, 2)
    why = "VMRay's response does not contain a number of at least 0 in "
    assert run.message.count(f"could not be read: {why}") == 1
    assert (guarded.state.value, guarded.result_value) == ("failed", "failed")
    assert why in guarded.message


@pytest.mark.parametrize(("limit", "used"), [("10", "10"), (10.0, 10.0)])
def test_a_number_in_another_notation_is_compared(lab: Lab, limit: object, used: object) -> None:
    """Given the numbers as texts or with a decimal point, then nothing is left: the guard does not open."""
    fields = {"data.quota_limit": limit, "data.used_quota": used}
    lab.vmray.control.inject({"path": "/rest/api_key/quota"}, {"kind": "patch", "set": fields})

    run = quota(lab, Minimum_Remaining="1")

    assert run.result_value == "blocked_quota"
    assert result_of(run)["key"] == {"limit": 10, "left": 0, "unlimited": False, "used": 10}


def test_a_wrong_minimum_is_an_error_before_any_request(lab: Lab) -> None:
    """Given a minimum that is no number, then the action fails, and VMRay sees no request."""
    run = quota(lab, Minimum_Remaining="many")

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert run.message == (
        'Error executing action "Get Quota". Reason: parameter "Minimum Remaining" has the value "many", '
        "which is not a whole number; allowed: a whole number of at least 0."
    )
    assert lab.seen() == []
