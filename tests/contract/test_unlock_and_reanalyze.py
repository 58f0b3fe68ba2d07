"""The two requests that use quota and are no submissions: unlocking reports, and repeating an analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.situations import Situation

UNLOCK = "POST /sample/{id}/unlock_reports"
REANALYZE = "POST /analysis/{id}/reanalyze"
DOCUMENT = "OpenAPI document 2026.2.1"
NOT_DOCUMENTED = "not documented"
TWO_LOCKED: dict[str, Any] = {"locked": True, "machines": [{"machine": "win10_64"}, {"machine": "win7_32"}]}
FACES = [("errors", 200), ("403", 403), ("400", 400)]


def unlock(situation: Situation, number: int = 5001) -> list[int]:
    """Unlock the reports of a sample, and return the ids."""
    ids: list[int] = situation.server.post(f"/sample/{number}/unlock_reports").data["unlocked_analysis_ids"]
    return ids


def locks(situation: Situation) -> list[str]:
    """Return the lock status of each analysis."""
    return [each["analysis_lock_status"] for each in situation.control.analyses()]


def report_left(situation: Situation) -> int:
    """Return what is left of the report quota."""
    left: int = situation.server.get("/billing_info").data["report_remaining"]
    return left


def reanalyze(situation: Situation, number: int = 9001) -> dict[str, Any]:
    """Repeat an analysis, and return the job."""
    job: dict[str, Any] = situation.server.post(f"/analysis/{number}/reanalyze").data
    return job


@pytest.mark.inferred(f"the unit of an unlock is {NOT_DOCUMENTED}", endpoint=UNLOCK)
@pytest.mark.parametrize(("unit", "cost"), [("sample", 1), ("analysis", 2)])
def test_an_unlock_uses_report_quota(situation: Situation, unit: str, cost: int) -> None:
    """An unlock uses report quota: one for the sample, or one for each analysis. The second one uses none."""
    situation.control.configure(unlock_unit=unit)
    situation.control.add_sample(**TWO_LOCKED)
    assert (unlock(situation), unlock(situation)) == ([9001, 9002], [])
    assert report_left(situation) == 1000 - cost
    assert used(situation) == 1 + cost  # the submission, and the unlock


@pytest.mark.documented(f"{DOCUMENT} (`analysis_lock_status`)", endpoint=UNLOCK)
def test_reports_are_unlocking_for_a_while(situation: Situation) -> None:
    """A report can be `unlocking` before it is unlocked; how long, is inferred."""
    situation.control.set_lifecycle("manual")
    situation.control.configure(unlock_seconds=20.0)
    situation.control.add_sample(locked=True)
    assert unlock(situation) == [9001]
    assert (locks(situation), unlock(situation)) == (["unlocking"], [])
    situation.control.advance(21)
    assert locks(situation) == ["unlocked"]


@pytest.mark.inferred(f"the refusal is {NOT_DOCUMENTED}", endpoint=UNLOCK)
@pytest.mark.parametrize(("face", "status"), FACES)
def test_an_unlock_without_quota_is_refused(situation: Situation, face: str, status: int) -> None:
    """Without report quota nothing is unlocked: `errors` in a 200, 403 or 400."""
    situation.control.configure(report_quota=0, quota_refusal=face)
    situation.control.add_sample(locked=True)
    response = situation.server.post("/sample/5001/unlock_reports")
    assert response.status == status
    assert "quota" in str(response.json)
    assert locks(situation) == ["locked"]
    assert situation.control.bookings() == []


@pytest.mark.inferred("an older server or another key", endpoint=UNLOCK)
@pytest.mark.parametrize("status", [403, 404])
def test_unlocking_can_be_refused(situation: Situation, status: int) -> None:
    """A key without the right gets 403, a server without the endpoint returns 404."""
    situation.control.configure(refused_paths=[["/sample/*/unlock_reports", status]])
    situation.control.add_sample(locked=True)
    assert situation.server.post("/sample/5001/unlock_reports").error[0] == status


@pytest.mark.documented(DOCUMENT, endpoint=REANALYZE)
def test_an_analysis_is_repeated_by_a_job(situation: Situation) -> None:
    """The response is a job of the same sample; after its end, a new analysis has its id."""
    situation.control.set_lifecycle("manual")
    situation.control.add_sample(machines=[{"machine": "win7_32", "configuration": "exe"}])
    job = reanalyze(situation)
    assert (job["job_sample_id"], job["job_vm_name"]) == (5001, "win7_32")
    assert [each["job_id"] for each in situation.server.get("/job/sample/5001").data] == [job["job_id"]]
    assert situation.server.get(f"/analysis/job/{job['job_id']}").data == []
    situation.control.advance(200)
    assert situation.server.get(f"/job/{job['job_id']}").status == 404
    (analysis,) = situation.server.get(f"/analysis/job/{job['job_id']}").data
    assert (analysis["analysis_id"], analysis["analysis_sample_id"]) == (9002, 5001)
    assert analysis["analysis_vm_name"] == "win7_32"


@pytest.mark.documented(DOCUMENT, endpoint=REANALYZE)
def test_an_unknown_analysis_is_not_repeated(situation: Situation) -> None:
    """The response for an unknown analysis is 404."""
    assert situation.server.post("/analysis/4711/reanalyze").error == (404, "No such element")


@pytest.mark.inferred(f"the state of the submission is {NOT_DOCUMENTED}", endpoint=REANALYZE)
@pytest.mark.parametrize("reopens", [False, True])
def test_the_submission_may_be_unfinished_again(situation: Situation, reopens: bool) -> None:  # noqa: FBT001 - a case of the table
    """As a setting, the submission of the analysis is unfinished until the job has ended."""
    situation.control.set_lifecycle("manual")
    situation.control.configure(reanalysis_reopens=reopens)
    situation.control.add_sample()
    reanalyze(situation)
    assert situation.server.get("/submission/6001").data["submission_finished"] is not reopens
    situation.control.advance(200)
    assert situation.server.get("/submission/6001").data["submission_finished"] is True
    assert len(situation.control.analyses()) == 2


@pytest.mark.emulator_only("the lifecycle `reads:N`", endpoint=REANALYZE)
@pytest.mark.parametrize("reopens", [False, True])
def test_reads_finish_a_repeated_analysis(situation: Situation, reopens: bool) -> None:  # noqa: FBT001 - a case of the table
    """In the lifecycle `reads:2` the third read of the job finds its analysis."""
    situation.control.set_lifecycle("reads:2")
    situation.control.configure(reanalysis_reopens=reopens)
    situation.control.add_sample()
    path = f"/job/{reanalyze(situation)['job_id']}"
    assert [situation.server.get(path).status for _ in range(3)] == [200, 200, 404]


@pytest.mark.inferred(f"the quota is {NOT_DOCUMENTED}", endpoint=REANALYZE)
@pytest.mark.parametrize(("face", "status"), FACES)
def test_a_repeated_analysis_uses_quota(situation: Situation, face: str, status: int) -> None:
    """A repeated analysis uses one of the key's quota; without quota there is no job."""
    situation.control.add_sample()
    situation.control.configure(key_quota_limit=used(situation) + 1, quota_refusal=face)
    assert reanalyze(situation)["job_id"] == 7002
    assert used(situation) == 2
    response = situation.server.post("/analysis/9001/reanalyze")
    assert response.status == status
    assert "quota" in str(response.json)
    assert len(situation.control.analyses()) == 2


def used(situation: Situation) -> int:
    """Return the used quota of the key."""
    number: int = situation.server.get("/api_key/quota").data["used_quota"]
    return number
