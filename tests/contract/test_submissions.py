"""Submissions: the object, its states, its child submissions, its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Server
    from tests.contract.subjects import Subject

    from vmray_emulator import EmbeddedEmulator

ITEM = "GET /submission/{id}"
JOB = "GET /job/{id}"


@pytest.mark.recorded("a real submission of server 4.2.0", endpoint=ITEM)
def test_a_finished_submission_has_time_verdict_and_sample(subject: Subject) -> None:
    """A finished submission has a finish time, a verdict and the ID of its sample."""
    submission = subject.submission
    assert submission["submission_finished"] is True
    assert submission["submission_finish_time"] >= submission["submission_created"]
    assert submission["submission_verdict"] == subject.sample["sample_verdict"]
    assert submission["submission_sample_id"] == subject.sample_id
    assert "sample_id" not in submission


@pytest.mark.recorded("a real submission of server 4.2.0", endpoint=ITEM)
def test_a_submission_has_its_analyzer_settings(subject: Subject) -> None:
    """A submission has the analyzer settings of its analysis. The recursion limit is a text."""
    submission = subject.submission
    assert isinstance(submission["submission_analyzer_mode_max_recursive_samples"], str)
    assert isinstance(submission["submission_analyzer_mode_analysis_caching"], str)
    assert isinstance(submission["submission_submission_metadata"], str)
    assert isinstance(submission["submission_tags"], list)


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint=ITEM)
def test_newer_servers_return_the_number_of_reused_analyses(server: Server, subject: Subject) -> None:
    """In versions after 4.2 a submission has the numbers of reused analyses and of new jobs."""
    newer = {"submission_used_cache", "submission_number_cached_analyses", "submission_number_created_jobs"}
    if server.version >= (2026, 0, 0):
        assert subject.submission.keys() >= newer
    elif server.version < (4, 3, 0):
        assert not subject.submission.keys() & newer


@pytest.mark.documented("Cortex XSOAR pack VMRay; vendor client vmray_rest_api 6.0.0", endpoint=ITEM)
def test_a_submission_begins_unfinished(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """Before its jobs are done, a submission is not finished and has no finish time and no verdict."""
    emulator.control.set_lifecycle("manual")
    number = emulator_server.submit(b"MZ slow", "slow.exe")["submissions"][0]["submission_id"]
    begun = emulator_server.get(f"/submission/{number}").data
    assert begun["submission_finished"] is False
    assert begun["submission_finish_time"] is None
    assert begun["submission_verdict"] is None
    emulator.control.finish_all()
    ended = emulator_server.get(f"/submission/{number}").data
    assert ended["submission_finished"] is True
    assert ended["submission_verdict"] == "malicious"


@pytest.mark.documented("OpenAPI document 2026.2.1; real submission of server 4.2.0", endpoint=ITEM)
def test_a_submission_has_a_status_beside_the_flag(
    emulator: EmbeddedEmulator, emulator_server: Server
) -> None:
    """`submission_status` changes from `queued` to `in_progress` to `success`."""
    emulator.control.set_lifecycle("manual")
    number = emulator_server.submit(b"MZ slow", "slow.exe")["submissions"][0]["submission_id"]
    seen = [emulator_server.get(f"/submission/{number}").data["submission_status"]]
    emulator.control.advance(5)
    seen.append(emulator_server.get(f"/submission/{number}").data["submission_status"])
    emulator.control.finish_all()
    seen.append(emulator_server.get(f"/submission/{number}").data["submission_status"])
    assert seen == ["queued", "in_progress", "success"]


@pytest.mark.documented("Cortex XSOAR pack VMRay", endpoint=JOB)
def test_a_finished_job_returns_404(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """A job can be read until its end. Then it returns 404, and an analysis has its ID."""
    emulator.control.set_lifecycle("manual")
    response = emulator_server.submit(b"MZ slow", "slow.exe")
    job = response["jobs"][0]["job_id"]
    assert emulator_server.get(f"/job/{job}").data["job_status"] == "queued"
    emulator.control.advance(5)
    assert emulator_server.get(f"/job/{job}").data["job_status"] == "inwork"
    emulator.control.finish_all()
    assert emulator_server.get(f"/job/{job}").error == (404, "No such element")
    number = response["submissions"][0]["submission_id"]
    analyses = emulator_server.get(f"/analysis/submission/{number}").data
    assert job in [analysis["analysis_job_id"] for analysis in analyses]


@pytest.mark.documented("Cortex XSOAR pack VMRay", endpoint="GET /job/submission/{id}")
def test_the_jobs_of_a_submission_are_listed_until_they_are_done(
    emulator: EmbeddedEmulator, emulator_server: Server
) -> None:
    """The list of jobs of a submission is empty when all jobs are done."""
    emulator.control.set_lifecycle("manual")
    number = emulator_server.submit(b"MZ slow", "slow.exe")["submissions"][0]["submission_id"]
    assert {job["job_submission_id"] for job in emulator_server.get(f"/job/submission/{number}").data} == {
        number
    }
    emulator.control.finish_all()
    assert emulator_server.get(f"/job/submission/{number}").data == []


@pytest.mark.inferred("the meaning of triage and what the Cortex XSOAR pack waits for", endpoint=JOB)
def test_with_triage_the_jobs_come_later(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """With triage there is only a reputation job at first. Its end creates the other jobs."""
    emulator.control.load_scenario("triage-first")
    emulator.control.set_lifecycle("manual")
    response = emulator_server.submit(b"MZ triage", "triage.exe")
    assert response["jobs"] == []
    assert response["reputation_jobs"]
    number = response["submissions"][0]["submission_id"]
    emulator.control.advance(2.5)
    assert emulator_server.get(f"/job/submission/{number}").data


@pytest.mark.documented("VMRay's Splunk SOAR app (since 4.2.0)", endpoint="GET /submission")
def test_children_are_found_by_their_parent(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """Child submissions are found by `submission_parent_submission_id`."""
    emulator.control.load_scenario("malicious-exe")
    number = emulator_server.submit(b"MZ parent", "parent.exe")["submissions"][0]["submission_id"]
    children = emulator_server.get("/submission", submission_parent_submission_id=number).data
    assert children
    for child in children:
        assert child.get("submission_recursive", True) is True, "a newer field, absent in 4.2"
        assert child["submission_parent_submission_id"] == number
    parent = emulator_server.get(f"/submission/{number}").data
    sample = emulator_server.get(f"/sample/{parent['submission_sample_id']}").data
    assert sample["sample_child_sample_ids"] == [child["submission_sample_id"] for child in children]


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="DELETE /submission/{id}")
def test_a_deleted_submission_returns_404(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """Deleting a submission returns no data. Then the submission returns 404."""
    emulator.control.add_known_samples(1)
    number = emulator.control.submissions()[0]["submission_id"]
    assert emulator_server.request("DELETE", f"/submission/{number}").json == {"result": "ok"}
    assert emulator_server.get(f"/submission/{number}").status == 404


@pytest.mark.documented("VMRay's Splunk SOAR app", endpoint="GET /reputation_lookup/submission/{id}")
def test_a_finished_reputation_job_is_a_lookup(server: Server, subject: Subject) -> None:
    """The reputation results of a submission are a list of look-ups that have its ID."""
    for lookup in server.get(f"/reputation_lookup/submission/{subject.submission_id}").data:
        assert lookup["reputation_lookup_submission_id"] == subject.submission_id
        assert lookup["reputation_lookup_result_code"] == 1


@pytest.mark.documented("OpenAPI document 2026.2.1", endpoint="GET /analysis/job/{id}")
def test_a_finished_job_is_an_analysis(emulator: EmbeddedEmulator, emulator_server: Server) -> None:
    """The id of a finished job is 404, and the analyses of that job are found by it."""
    emulator.control.set_lifecycle("manual")
    (job,) = emulator_server.submit(b"MZ job", "job.exe")["jobs"]
    number = job["job_id"]
    assert emulator_server.get(f"/job/{number}").data["job_status"] == "queued"
    assert emulator_server.get(f"/analysis/job/{number}").data == []
    emulator.control.finish_all()
    assert emulator_server.get(f"/job/{number}").status == 404
    (analysis,) = emulator_server.get(f"/analysis/job/{number}").data
    assert analysis["analysis_job_id"] == number
