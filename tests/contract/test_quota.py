"""Quota: what uses it up, and what a submission without quota gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.contract.servers import PROGRAM

if TYPE_CHECKING:
    from tests.contract.situations import Situation

SUBMIT = "POST /sample/submit"
QUOTA = "GET /api_key/quota"
FACES = "three responses are plausible, none is documented"


def used(situation: Situation) -> int:
    """Return the used quota of the key."""
    number: int = situation.server.get("/api_key/quota").data["used_quota"]
    return number


@pytest.mark.inferred(FACES, endpoint=SUBMIT)
@pytest.mark.parametrize("face", ["errors", "403", "400"])
@pytest.mark.parametrize("is_url", [False, True])
def test_a_submission_without_quota_is_refused(situation: Situation, face: str, is_url: bool) -> None:  # noqa: FBT001 - a case of the table
    """Without quota a submission is refused: in `errors` of a 200, or with 403 or 400. Nothing is stored."""
    situation.control.load_scenario(f"quota-exhausted-{face}")
    form = {"sample_url": "https://a.example/"} if is_url else {}
    files = None if is_url else {"sample_file": ("a.exe", PROGRAM)}
    response = situation.server.post("/sample/submit", form, files=files)
    if face == "errors":
        assert response.data["submissions"] == []
        assert "quota" in response.data["errors"][0]["error_msg"]
    else:
        status, message = response.error
        assert (status, "quota" in message) == (int(face), True)
    assert situation.control.counts()["submissions"] == 0
    assert situation.server.get("/api_key/quota").data == {"quota_limit": 500, "used_quota": 500}


@pytest.mark.inferred(FACES, endpoint=SUBMIT)
def test_the_last_of_the_quota_can_be_used(situation: Situation) -> None:
    """A submission is accepted until the quota is used up."""
    situation.control.configure(key_quota_limit=500, quota_used=499, quota_refusal="errors")
    assert len(situation.server.submit(PROGRAM, "a.exe")["submissions"]) == 1
    assert situation.server.submit(PROGRAM, "a.exe")["submissions"] == []
    assert used(situation) == 500


@pytest.mark.inferred(FACES, endpoint=SUBMIT)
def test_the_quota_of_the_plan_counts_too(situation: Situation) -> None:
    """An unlimited key of a plan without quota is refused as well."""
    situation.control.configure(report_quota=10, quota_used=10, quota_refusal="403")
    files = {"sample_file": ("a.exe", PROGRAM)}
    assert situation.server.post("/sample/submit", files=files).error[0] == 403


@pytest.mark.emulator_only("a server without licence and quota", endpoint=QUOTA)
def test_quota_is_only_enforced_on_request(situation: Situation) -> None:
    """With the default setting a submission is accepted beyond the quota."""
    situation.control.configure(key_quota_limit=500, quota_used=500)
    assert len(situation.server.submit(PROGRAM, "a.exe")["submissions"]) == 1


@pytest.mark.inferred("`submission_consumed_quota` includes the recursion", endpoint=QUOTA)
@pytest.mark.parametrize(("unit", "consumed"), [("submission", 2), ("job", 4)])
def test_children_use_quota_of_their_parent(situation: Situation, unit: str, consumed: int) -> None:
    """The consumption of children is part of that of the first submission; it counts submissions or jobs."""
    situation.control.load_scenario("malicious-exe")
    situation.control.configure(quota_unit=unit)
    number = situation.server.submit(PROGRAM, "dropper.exe")["submissions"][0]["submission_id"]
    child, parent = situation.server.get("/submission").data
    assert parent["submission_id"] == number
    assert (parent["submission_consumed_quota"], child["submission_consumed_quota"]) == (consumed, 0)
    assert used(situation) == consumed


@pytest.mark.documented("OpenAPI document 2026.2.1 (caching saves analyses)", endpoint=SUBMIT)
def test_a_cached_result_needs_no_quota(situation: Situation) -> None:
    """A submission that reuses earlier analyses is accepted without quota, and uses none."""
    situation.control.load_scenario("cached")
    situation.server.submit(PROGRAM, "a.exe")
    before = used(situation)
    situation.control.configure(key_quota_limit=before, quota_refusal="errors")
    assert len(situation.server.submit(PROGRAM, "a.exe")["submissions"]) == 1
    assert used(situation) == before
