"""Get Submission Status: submissions by id and of samples, verdicts of machines, and jobs."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from tests.actions.lab import outcome
from tests.support.example import Example, known_hashes
from tests.support.outcome import optional_part

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION = "Get Submission Status"
SHA256 = "c7" * 32


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own."""
    return known_hashes(number, result="malicious")


def submit(vmray: EmbeddedEmulator, url: str) -> None:
    """Submit a URL."""
    form = urlencode({"sample_url": url}).encode()
    request = urllib.request.Request(f"{vmray.url}/rest/sample/submit", form)  # noqa: S310 - our own loopback server
    request.add_header("Authorization", f"api_key {vmray.api_key}")
    with urllib.request.urlopen(request) as response:  # noqa: S310 - our own loopback server
        assert response.status == 200


def running(number: int = 1) -> Example:
    """So many submissions that are not finished, by their ids."""
    ids = tuple(str(6001 + each) for each in range(number))

    def setup(vmray: EmbeddedEmulator) -> None:
        vmray.control.set_lifecycle("manual")
        for each in ids:
            submit(vmray, f"https://{each}.example/")
        vmray.control.forget_requests()

    return Example(
        "submissions that run",
        setup=setup,
        ids=ids,
        parameters={"Submission IDs": ",".join(ids)},
        result="pending",
        several=running,
        shows_texts=False,
    )


EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        result="malicious",
        several=several,
        shows_texts=False,
        failed_json=[
            {
                "subject": KNOWN_SHA256.upper(),
                "submission_id": None,
                "sample_id": None,
                "entity": KNOWN_SHA256.upper(),
            }
        ],
    ),
    running(),
    Example("nothing to read", result="empty"),
]
OUTCOMES = {
    "GET /analysis/submission/{id}": optional_part("the analyses could not be read"),
    "GET /job/submission/{id}": optional_part("the jobs could not be read"),
}


def status(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def rows_of(run: ActionRun) -> list[dict[str, Any]]:
    """The rows of the JSON result."""
    return list(run.json_result["items"])


def test_the_whole_output_of_a_finished_submission(lab: Lab) -> None:
    """Given a finished submission, then its verdict, its analysis and two tables are the output."""
    created = lab.vmray.control.add_sample(sha256=SHA256)["sample_created"]

    run = status(lab, Submission_IDs="6001")

    shown = outcome(run)
    (row,) = rows_of(run)
    finish_time = row["finish_time"]
    assert (shown["state"], shown["value"]) == ("completed", "malicious")
    assert shown["message"] == (
        "Successfully retrieved the status of the following submissions from VMRay: 6001"
    )
    assert row == {
        "subject": "submission 6001",
        "submission_id": 6001,
        "sample_id": 5001,
        "entity": None,
        "verdict": "malicious",
        "status": "success",
        "finished": True,
        "created": created,
        "finish_time": finish_time,
        "has_errors": False,
        "parent_submission_id": None,
        "tags": [],
        "used_cache": False,
        "quota_type": "report",
        "consumed_quota": row["consumed_quota"],
        "locked": False,
        "jobs": {"queued": 0, "inwork": 0, "uploading": 0},
        "verdicts_differ": False,
        "analyses": [
            {
                "analysis_id": 9001,
                "analyzer": "vmray",
                "machine": row["analyses"][0]["machine"],
                "configuration": row["analyses"][0]["configuration"],
                "verdict": "malicious",
                "result": "Operation completed successfully (1)",
                "locked": False,
            }
        ],
        "outcome": "malicious",
        "reason": None,
    }
    assert finish_time > created
    submissions, analyses = shown["tables"]["VMRay submissions"], shown["tables"]["VMRay analyses"]
    assert submissions[0] == "Submission ID,Sample ID,Created,Status,Verdict,Quota Used,Locked"
    assert submissions[1].startswith(f"6001,5001,{created},success,Malicious,")
    assert analyses[0] == "Submission ID,Analysis ID,Analyzer,Machine,Configuration,Verdict,Result,Locked"
    assert analyses[1].endswith(",Malicious,Operation completed successfully (1),no")
    assert lab.seen() == ["GET /rest/submission/6001", "GET /rest/analysis/submission/6001"]


def test_a_running_submission_is_pending(lab: Lab) -> None:
    """Given a submission that runs, then it is pending, with the number of its jobs by status."""
    running().setup(lab.vmray)

    run = status(lab, Submission_IDs="6001", Include_Analyses="false")

    (row,) = rows_of(run)
    assert (run.state.value, run.result_value, run.json_result["complete"]) == ("completed", "pending", False)
    assert (row["outcome"], row["finished"], row["finish_time"]) == ("pending", False, None)
    assert sum(row["jobs"].values()) > 0
    assert row["analyses"] == []
    assert "following submissions from VMRay: 6001" in run.message
    assert lab.seen() == ["GET /rest/submission/6001", "GET /rest/job/submission/6001"]


def test_the_submissions_of_samples(lab: Lab) -> None:
    """Given an entity, an unknown hash and a sample without submissions, then each has its rows."""
    lab.vmray.control.add_sample(sha256=SHA256, verdict="clean", locked=True)
    lab.vmray.control.add_sample(sha256="d8" * 32, analyses=0)
    lab.hashes(SHA256, "d8" * 32, "ab" * 32)

    run = status(lab, Include_Analyses="false")

    assert [(each["submission_id"], each["sample_id"], each["outcome"]) for each in rows_of(run)] == [
        (6001, 5001, "clean"),
        (None, 5002, "empty"),
        (None, None, "not_found"),
    ]
    assert rows_of(run)[0]["locked"] is True
    assert [each["entity"] for each in rows_of(run)] == [
        each.upper() for each in (SHA256, "d8" * 32, "ab" * 32)
    ]
    assert (run.state.value, run.result_value) == ("completed", "not_found")
    assert f"of the following submissions from VMRay: {SHA256.upper()}\n" in run.message
    assert (
        "Action wasn't able to retrieve the status of the following submissions from VMRay: "
        f"{'AB' * 32}\n" in run.message
    )


def test_a_sample_without_submissions_and_one_that_does_not_exist(lab: Lab) -> None:
    """Given the ids of both, without any submission, then each has its own outcome and reason."""
    lab.vmray.control.add_sample(analyses=0)

    run = status(lab, Samples="5001, 77")

    rows = rows_of(run)
    assert [(each["sample_id"], each["outcome"]) for each in rows] == [(5001, "empty"), (77, "not_found")]
    assert (run.state.value, run.result_value) == ("completed", "not_found")
    assert [each["item"] for each in run.json_result["errors"]] == ["77"]
    assert "No submissions were found in VMRay." in run.message
    assert (
        "\n5001: VMRay has no submission of this sample\n77: the object does not exist in VMRay"
        in run.message
    )


def test_the_newest_submissions_of_a_sample(lab: Lab) -> None:
    """Given more submissions than wanted, then the newest ones are returned, and a note gives the number."""
    for _ in range(3):
        submit(lab.vmray, "https://a.example/")
        lab.vmray.control.finish_all()
        lab.vmray.control.advance(60)

    run = status(lab, Samples="5001", Max_Submissions="2")

    assert [each["submission_id"] for each in rows_of(run)] == [6003, 6002]
    assert "5001: the newest 2 of 3 submissions are returned; the limit is Max Submissions" in run.message


def test_a_refused_list_of_submissions_is_never_locked(lab: Lab) -> None:
    """Given a sample that this key may not see, then it is not found, after one request."""
    lab.vmray.control.add_sample(locked=True)
    fault = {"kind": "status", "status": 404}
    lab.vmray.control.inject({"path": "/rest/submission/sample/5001"}, fault)

    run = status(lab, Samples="5001")

    assert (run.result_value, run.message.split("\n")[0]) == (
        "not_found",
        "No submissions were found in VMRay.",
    )
    assert lab.seen() == ["GET /rest/submission/sample/5001"]


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        (
            {"Samples": "5001", "Submission_IDs": "6001"},
            'parameter "Submission IDs" is given together with Samples',
        ),
        ({"Submission_IDs": "6001, x"}, 'parameter "Submission IDs" has the value "x"'),
        ({"Samples": "5001", "Max_Submissions": "1001"}, 'parameter "Max Submissions" has the value "1001"'),
    ],
)
def test_bad_input_is_named_before_any_request(lab: Lab, parameters: dict[str, str], problem: str) -> None:
    """Given a wrong value, then one sentence names the parameter, and VMRay receives no request."""
    run = status(lab, **parameters)

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert problem in run.message
    assert lab.seen() == []
