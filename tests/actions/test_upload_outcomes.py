"""Upload File And Get Report with other outcomes: cached, triage, failed, rejected, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from tests.actions.expected import SUBMITTED, WAITING, details
from tests.actions.lab import completed, failed, outcome
from tests.actions.uploading import ACTION, LOOK_UP, SUBMIT, made, row, rowless, upload

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab

ERROR = f'Error executing action "{ACTION}". Reason: '


def test_a_cached_submission_is_finished_at_once(lab: Lab, tmp_path: Path) -> None:
    """VMRay returns earlier analyses and creates no jobs, so one run is enough."""
    path = made(tmp_path, "known.exe")
    upload(lab, path)
    lab.vmray.control.configure(analysis_caching="enabled")
    lab.open_case()

    run = upload(lab, path)

    (sample,) = lab.samples()
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}{details(f'{path}: verdict Malicious, submission 6002')}",
        value=True,
        json_result={"data": sample, "result": "ok", "files": [row(path, sample, 6002)]},
    )
    assert len(run.rounds) == 1


def test_a_submit_that_is_not_stored_uses_the_last_result(lab: Lab, tmp_path: Path) -> None:
    """When VMRay stores no submission for a known file, the last result is used and the message says so."""
    path = made(tmp_path, "known.exe")
    upload(lab, path)
    lab.vmray.control.configure(analysis_caching="legacy")
    lab.open_case()

    run = upload(lab, path)

    (sample,) = lab.samples()
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}"
        + details(
            f"{path}: verdict Malicious, submission 6001",
            f"{path}: already known to VMRay, not analyzed again; showing the latest result",
        ),
        value=True,
        json_result={"data": sample, "result": "ok", "files": [row(path, sample)]},
    )
    assert lab.vmray.control.counts()["submissions"] == 1


def test_the_action_waits_for_a_running_analysis_of_a_known_file(lab: Lab, tmp_path: Path) -> None:
    """Copies of one file wait for the same running submission, also when its first read fails."""
    lab.vmray.control.configure(analysis_caching="legacy")
    lab.vmray.control.set_lifecycle("manual")
    paths = [made(tmp_path, f"{number}.exe") for number in range(4)]
    somebody = {"Authorization": f"api_key {lab.vmray.api_key}"}
    with paths[0].open("rb") as file:
        submitted = requests.post(
            f"{lab.vmray.url}/rest/sample/submit", files={"sample_file": file}, headers=somebody, timeout=30
        )
    assert submitted.status_code == 200
    lab.vmray.control.inject(
        {"path": "/rest/submission/sample/*"}, {"kind": "status", "status": 502}, times=16
    )
    ends = iter([lambda: None, lab.vmray.control.finish_all])

    run = upload(lab, *paths, on_round=lambda _: next(ends, lambda: None)())

    assert run.json_result is not None
    rows = [(each["verdict"], each["result"], each["submission_id"]) for each in run.json_result["files"]]
    assert rows == [("malicious", "ok", 6001)] * 4
    assert len(run.rounds) == 3
    assert lab.vmray.control.counts()["submissions"] == 1


def test_a_submission_that_begins_with_triage_is_followed_to_its_end(lab: Lab, tmp_path: Path) -> None:
    """With triage, the end of the first reputation job is not the end of the submission."""
    lab.vmray.control.set_lifecycle("manual")
    lab.vmray.control.load_scenario("triage-first")
    path = made(tmp_path, "invoice.exe")
    steps = iter([3.0, 1000.0])

    run = upload(lab, path, on_round=lambda _round: lab.vmray.control.advance(next(steps, 0.0)))

    assert [each.message for each in run.rounds[:2]] == [f"{WAITING}{path}"] * 2
    assert run.message == f"{SUBMITTED}{path}{details(f'{path}: verdict Malicious, submission 6001')}"


def test_a_file_with_only_failed_analyses_has_an_error(lab: Lab, tmp_path: Path) -> None:
    """The file has an error with the reason from VMRay, a sample and no verdict."""
    path = made(tmp_path, "emulate-failed.exe")

    run = upload(lab, path)

    (sample,) = lab.samples()
    analyses = lab.vmray.control.analyses()
    said = f"{analyses[0]['analysis_result_str'].rstrip('.')} ({analyses[0]['analysis_result_code']})"
    why = f"{len(analyses)} of {len(analyses)} analyses failed, submission 6001: {said}"
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}{details(f'{path}: {why}')}",
        value=False,
        json_result={
            "data": sample,
            "result": "error",
            "files": [row(path, sample, result="error", error=why)],
        },
    )


def test_a_file_with_some_failed_analyses_has_a_note(lab: Lab, tmp_path: Path) -> None:
    """When some analyses failed, the verdict of the others is used, with a note."""
    path = made(tmp_path, "emulate-partly-failed.exe")

    run = upload(lab, path)

    (sample,) = lab.samples()
    failing = [each for each in lab.vmray.control.analyses() if each["analysis_result_code"] != 1]
    said = f"{failing[0]['analysis_result_str'].rstrip('.')} ({failing[0]['analysis_result_code']})"
    count = lab.vmray.control.counts()["analyses"]
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}"
        + details(
            f"{path}: verdict Clean, submission 6001",
            f"{path}: {len(failing)} of {count} analyses failed, submission 6001: {said}",
        ),
        value=True,
        json_result={"data": sample, "result": "ok", "files": [row(path, sample)]},
    )


def test_a_verdict_only_submission_says_that_its_report_is_locked(lab: Lab, tmp_path: Path) -> None:
    """A verdict-only submission gives its verdict and a note that the report is locked."""
    path = made(tmp_path, "emulate-locked.exe")

    run = upload(lab, path)

    why = "the report is locked (purchased as a verdict only)"
    assert run.is_success
    assert run.message == (
        f"{SUBMITTED}{path}{details(f'{path}: verdict Malicious, submission 6001', f'{path}: {why}')}"
    )


def test_no_verdict_is_unknown_and_null(lab: Lab, tmp_path: Path) -> None:
    """After successful analyses without a verdict, the verdict is Unknown in the message and null in JSON."""
    path = made(tmp_path, "emulate-no-verdict.exe")

    run = upload(lab, path)

    (sample,) = lab.samples()
    assert run.message == f"{SUBMITTED}{path}{details(f'{path}: verdict Unknown, submission 6001')}"
    assert run.json_result["files"] == [row(path, sample, verdict=None)]


def test_a_rejected_file_alone_fails_the_action(lab: Lab, tmp_path: Path) -> None:
    """When VMRay rejects the only file, the action fails, because nothing was submitted."""
    path = made(tmp_path, "emulate-unsupported.exe")

    run = upload(lab, path)

    why = "VMRay rejected the submission: Unsupported sample type"
    assert outcome(run) == failed(
        f"{ERROR}no file was accepted by VMRay{details(f'{path}: {why}')}",
        json_result={"data": {}, "result": "error", "files": [rowless(path, "error", why)]},
    )


def test_a_rejected_file_does_not_affect_the_others(lab: Lab, tmp_path: Path) -> None:
    """A rejected file is named with its reason, and the other files are submitted and reported."""
    bad = made(tmp_path, "emulate-unsupported.exe")
    good = made(tmp_path, "good.exe", b"MZ good")

    run = upload(lab, bad, good)

    (sample,) = lab.samples()
    why = "VMRay rejected the submission: Unsupported sample type"
    assert outcome(run) == completed(
        f"{SUBMITTED}{good}{details(f'{bad}: {why}', f'{good}: verdict Malicious, submission 6001')}",
        value=True,
        json_result={
            "data": {},
            "result": "error",
            "files": [rowless(bad, "error", why), row(good, sample)],
        },
    )


def test_a_deleted_submission_is_an_error_of_its_file(lab: Lab, tmp_path: Path) -> None:
    """A submission that is deleted in VMRay during the wait is reported as an error of its file."""
    lab.vmray.control.set_lifecycle("manual")
    path = made(tmp_path, "a.exe")

    def vanish(_round: object) -> None:
        lab.vmray.control.inject({"path": "/rest/submission/6001"}, {"kind": "status", "status": 404})

    run = upload(lab, path, on_round=vanish)
    lab.vmray.control.clear_faults()

    why = "submission 6001 no longer exists in VMRay"
    assert run.state.value == "completed"
    assert run.message == f"{SUBMITTED}{path}{details(f'{path}: {why}')}"
    assert run.json_result["files"] == [rowless(path, "error", why, 6001)]


@pytest.mark.parametrize("stem", ["emulate-failed", "good"])
def test_a_finished_submission_is_not_polled_again(lab: Lab, tmp_path: Path, stem: str) -> None:
    """A finished submission is not polled again while the action waits for others."""
    lab.vmray.control.set_lifecycle("manual")
    path = made(tmp_path, f"{stem}.exe")
    asked: list[str] = []

    def finish(_round: object) -> None:
        asked.extend(lab.seen())
        lab.vmray.control.finish_all()

    upload(lab, path, on_round=finish)

    assert asked[:3] == ["GET /rest/system_info", LOOK_UP, SUBMIT]
    assert lab.seen().count("GET /rest/submission/6001") == 1
