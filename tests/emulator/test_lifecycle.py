"""The states of a submission, with each lifecycle: immediate, by reads, by the clock, manual."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from tests.emulator.api import PE64, Api

from vmray_emulator import EmbeddedEmulator
from vmray_emulator.clock import Clock, Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def manual() -> Iterator[Api]:
    """Return a client of an emulator whose clock moves only on request."""
    with EmbeddedEmulator(lifecycle="manual") as emulator, Api(emulator) as client:
        yield client


def test_with_the_immediate_lifecycle_the_next_request_returns_a_finished_submission(api: Api) -> None:
    """A submission is queued in the submit response and finished at the first read, in order of time."""
    number, sample = api.submit_one()
    submission = api.get(f"/submission/{number}")
    assert submission["submission_finished"] is True
    assert submission["submission_status"] == "success"
    assert submission["submission_finish_time"] > submission["submission_created"]
    analyses = api.get(f"/analysis/submission/{number}")
    assert {one["analysis_submission_id"] for one in analyses} == {number}
    assert api.get(f"/sample/{sample}")["sample_verdict"] == "malicious"


def test_with_the_manual_lifecycle_a_submission_has_each_state(manual: Api) -> None:
    """With the manual lifecycle, a submission changes its state only when the test advances the clock."""
    response = manual.submit()
    job = response["jobs"][0]["job_id"]
    number = response["submissions"][0]["submission_id"]
    assert manual.get(f"/job/{job}")["job_status"] == "queued"
    manual.control.advance(4)
    assert manual.get(f"/job/{job}")["job_status"] == "inwork"
    assert manual.get(f"/submission/{number}")["submission_status"] == "in_progress"
    assert manual.get(f"/analysis/submission/{number}") == []
    manual.control.advance(120)
    assert manual.get(f"/job/{job}")["job_status"] == "uploading"
    manual.control.advance(2)
    assert manual.status(f"/job/{job}") == 404
    assert manual.get(f"/job/submission/{number}") == []
    submission = manual.get(f"/submission/{number}")
    assert (submission["submission_finished"], submission["submission_verdict"]) == (True, "malicious")
    assert job in {one["analysis_job_id"] for one in manual.get(f"/analysis/submission/{number}")}


def test_there_is_no_verdict_before_the_end(manual: Api) -> None:
    """Sample and submission have no verdict, no IOCs and no indicators before the end of the analysis."""
    number, sample = manual.submit_one()
    assert manual.get(f"/sample/{sample}")["sample_verdict"] is None
    iocs = manual.get(f"/sample/{sample}/iocs")
    assert iocs["status"] != "finished"
    assert not any(iocs["iocs"].values())
    assert manual.get(f"/submission/{number}/vtis")["status"] != "finished"
    manual.control.finish_all()
    assert manual.get(f"/sample/{sample}/iocs")["status"] == "finished"


@pytest.mark.parametrize("reads", [0, 1, 3])
@pytest.mark.parametrize("path", ["/submission/{}", "/submission/sample/{sample}", "/job/submission/{}"])
def test_a_submission_finishes_after_n_reads(reads: int, path: str) -> None:
    """With `reads:N` the first N reads return an unfinished submission, the next one a finished one."""
    with EmbeddedEmulator(lifecycle=f"reads:{reads}") as emulator, Api(emulator) as api:
        number, sample = api.submit_one()
        for _ in range(reads):
            api.get(path.format(number, sample=sample))
            (stored,) = emulator.control.submissions()
            assert stored["submission_finished"] is False
        api.get(path.format(number, sample=sample))
        (stored,) = emulator.control.submissions()
        assert stored["submission_finished"] is True
        assert api.get(f"/submission/{number}")["submission_finished"] is True


def test_reads_of_one_submission_do_not_affect_others() -> None:
    """Each submission has its own count of reads."""
    with EmbeddedEmulator(lifecycle="reads:1") as emulator, Api(emulator) as api:
        one, _ = api.submit_one(b"one", "one")
        two, _ = api.submit_one(b"two", "two")
        api.get(f"/submission/{one}")
        assert api.get(f"/submission/{one}")["submission_finished"] is True
        assert api.get(f"/submission/{two}")["submission_finished"] is False


def test_a_list_request_counts_as_a_read_of_each_listed_submission() -> None:
    """A list request counts as one read of each listed submission."""
    with EmbeddedEmulator(lifecycle="reads:1") as emulator, Api(emulator) as api:
        numbers = {api.submit_one(bytes([n]), str(n))[0] for n in range(3)}
        assert {one["submission_finished"] for one in api.get("/submission")} == {False}
        finished = {one["submission_id"] for one in api.get("/submission") if one["submission_finished"]}
        assert finished == numbers


def test_emulated_time_runs_at_the_chosen_speed() -> None:
    """The clock runs at the wall clock multiplied by its speed, and can be advanced."""
    wall = [1000.0]
    clock = Clock(50.0, wall=lambda: wall[0])
    begin = clock.now()
    wall[0] += 2
    assert clock.now() - begin == 100
    clock.advance(5)
    clock.set_speed(0.0)
    wall[0] += 1000
    assert clock.now() - begin == 105
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)


def test_the_realtime_lifecycle_finishes_by_itself() -> None:
    """At a high speed, a submission finishes without a control request."""
    with EmbeddedEmulator(lifecycle="realtime:100000") as emulator, Api(emulator) as api:
        number, _ = api.submit_one()
        while not api.get(f"/submission/{number}")["submission_finished"]:
            pass
        assert emulator.control.counts()["jobs"] == 0


def test_emulated_time_ends_before_the_year_10000() -> None:
    """When the clock is advanced very far, the server still returns valid times."""
    with EmbeddedEmulator(lifecycle="realtime:1000000") as emulator, Api(emulator) as api:
        emulator.control.advance(1e12)
        assert api.get("/user/me")["user_last_api_access"] == "9999-01-01T00:00:00"
        number, _ = api.submit_one()
        assert api.get(f"/submission/{number}")["submission_created"] == "9999-01-01T00:00:00"
        with pytest.raises(ValueError, match="back"):
            emulator.control.advance(math.nan)


@pytest.mark.parametrize(
    "text",
    [
        "", "reads", "reads:x", "reads:-1", "realtime:0", "realtime:-1", "realtime:inf", "realtime:nan",
        "realtime:1e12", "realtime:1000001", "manual:1", "soon",
    ],
)  # fmt: skip  # a row of the table is a line
def test_an_unknown_lifecycle_is_refused(text: str) -> None:
    """The error for an unknown lifecycle lists the known ones."""
    with pytest.raises(ValueError, match=r"lifecycle is immediate.*at most 1000000$"):
        Lifecycle.parse(text)


def test_the_detonation_time_can_be_set(manual: Api) -> None:
    """`user_config` sets the duration of the dynamic analysis."""
    number, _ = manual.submit_one(user_config='{"timeout": 10}')
    manual.control.advance(16)
    assert manual.get(f"/submission/{number}")["submission_finished"] is True


def test_failed_analyses_are_analyses_without_reports(api: Api) -> None:
    """A failed analysis has code 7340034 and severity error. Its submission has errors and no verdict."""
    api.control.load_scenario("failed-analysis")
    number, sample = api.submit_one()
    submission = api.get(f"/submission/{number}")
    assert (submission["submission_status"], submission["submission_has_errors"]) == ("error", True)
    assert submission["submission_verdict"] is None
    for analysis in api.get(f"/analysis/submission/{number}"):
        assert analysis["analysis_result_code"] == 7340034
        assert (analysis["analysis_severity"], analysis["analysis_verdict"]) == ("error", None)
        assert analysis["analysis_webif_url"] is None
        assert api.status(f"/analysis/{analysis['analysis_id']}/archive") == 404
    assert api.get(f"/sample/{sample}/iocs")["status"] == "finished"


def test_a_partly_failed_submission_has_a_warning_and_a_verdict(api: Api) -> None:
    """When one of two analyses fails, the submission has the verdict of the other one and a warning."""
    number, _ = api.submit_one(b"x", "emulate-partly-failed.txt")
    submission = api.get(f"/submission/{number}")
    assert (submission["submission_status"], submission["submission_verdict"]) == ("warning", "clean")
    assert submission["submission_has_errors"] is True


def test_triage_comes_before_analysis_jobs(manual: Api) -> None:
    """With triage, the submit response has only a reputation job. Its end creates the other jobs."""
    manual.control.load_scenario("triage-first")
    response = manual.submit()
    number = response["submissions"][0]["submission_id"]
    assert (response["jobs"], response["static_jobs"], len(response["reputation_jobs"])) == ([], [], 1)
    assert manual.get(f"/job/submission/{number}") == []
    manual.control.advance(2.5)
    assert len(manual.get(f"/job/submission/{number}")) == 2
    manual.control.finish_all()
    assert manual.get(f"/submission/{number}")["submission_triaged"] is True
    assert len(manual.get(f"/analysis/submission/{number}")) == 2


def test_dropped_files_become_children(api: Api) -> None:
    """A dropped file becomes a sample with a recursive submission that names its parent."""
    api.control.load_scenario("malicious-exe")
    number, sample = api.submit_one(PE64)
    (child,) = api.get("/submission", submission_parent_submission_id=str(number))
    assert child["submission_recursive"] is True
    assert child["submission_finished"] is True
    parent = api.get(f"/sample/{sample}")
    assert parent["sample_child_sample_ids"] == [child["submission_sample_id"]]
    assert parent["sample_child_relations"][0]["relation_type"] == "Dropped File"
    found = api.get(f"/sample/{child['submission_sample_id']}")
    assert found["sample_parent_sample_ids"] == [sample]
    names = api.get(f"/sample/{sample}/threat_names")
    assert [one["threat_name"] for one in names["children_threat_names"]] == ["Gen.Loader"]


def test_recursion_needs_a_limit_above_zero(api: Api) -> None:
    """A dropper has child submissions only when the server allows recursive samples."""
    number, _ = api.submit_one(PE64, "emulate-dropper.exe")
    assert api.get("/submission", submission_parent_submission_id=str(number)) == []
    number, _ = api.submit_one(PE64, "emulate-dropper.exe", max_recursive_samples="5")
    assert len(api.get("/submission", submission_parent_submission_id=str(number))) == 1


def test_a_deleted_job_has_no_analysis(manual: Api) -> None:
    """A deleted job has no analysis, and its submission still finishes."""
    response = manual.submit()
    number = response["submissions"][0]["submission_id"]
    job = response["jobs"][0]["job_id"]
    assert manual.send("DELETE", f"/job/{job}").json() == {"result": "ok"}
    assert manual.send("DELETE", f"/job/{job}").status_code == 404
    manual.control.finish_all()
    assert manual.get(f"/submission/{number}")["submission_finished"] is True
    assert len(manual.get(f"/analysis/submission/{number}")) == 1
