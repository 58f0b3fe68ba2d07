"""Upload File And Get Report with files that give several samples: archives and e-mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import SUBMITTED, details
from tests.actions.lab import completed, outcome
from tests.actions.uploading import archive, made, row, rowless, upload

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab


def test_a_deleted_member_does_not_affect_the_others(lab: Lab, tmp_path: Path) -> None:
    """A deleted member has a row with the reason. The verdict of the other member is used."""
    path = archive(tmp_path, "clean.txt", "emulate-malicious-exe.exe")
    lab.vmray.control.load_scenario("archive")
    lab.vmray.control.set_lifecycle("manual")
    lab.vmray.control.inject({"path": "/rest/submission/6001"}, {"kind": "status", "status": 404})
    listing = {"path": "/rest/submission", "query": {"_min_id": "*"}}
    lab.vmray.control.inject(listing, {"kind": "status", "status": 400})

    run = upload(lab, path, on_round=lambda _: lab.vmray.control.finish_all())

    (sample,) = [each for each in lab.samples() if each["sample_verdict"] == "malicious"]
    gone = "submission 6001 no longer exists in VMRay"
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}" + details(f"{path}: verdict Malicious, submission 6002", f"{path}: {gone}"),
        value=True,
        json_result={
            "data": sample,
            "result": "ok",
            "files": [row(path, sample, 6002), rowless(path, "error", gone, 6001)],
        },
    )


def test_data_is_the_file_itself_and_not_a_child_sample(lab: Lab, tmp_path: Path) -> None:
    """Of a clean e-mail with a malicious attachment, `data` is the e-mail. The attachment has its own row."""
    path = made(tmp_path, "mail.eml", b"From: a\n\nhello")
    lab.vmray.control.load_scenario("malicious-exe")
    clean = {"set": {"data.sample_verdict": "clean"}}
    lab.vmray.control.inject({"path": "/rest/sample/5001"}, {"kind": "patch", **clean})

    run = upload(lab, path)

    assert run.json_result is not None
    assert run.json_result["data"]["sample_filename"] == "mail.eml"
    rows = [(each["data"]["sample_filename"], each["verdict"]) for each in run.json_result["files"]]
    assert rows == [("mail.eml", "clean"), ("upd.exe", "malicious")]
    assert f"{path}: 2 samples, worst verdict Malicious, submission 6001" in run.message


def test_a_member_that_failed_is_named(lab: Lab, tmp_path: Path) -> None:
    """A failed member is named by its file name, not only by its submission ID."""
    path = archive(tmp_path, "emulate-failed.exe", "emulate-malicious-exe.exe")
    lab.vmray.control.load_scenario("archive")

    said = upload(lab, path).message

    assert f"{path}: emulate-failed.exe: 2 of 2 analyses failed, submission 6001" in said


def test_result_is_about_the_sample_in_data(lab: Lab, tmp_path: Path) -> None:
    """When the first member failed and the second is malicious, `result` and `data` are about the second."""
    path = archive(tmp_path, "emulate-failed.exe", "emulate-malicious-exe.exe")
    lab.vmray.control.load_scenario("archive")

    run = upload(lab, path)

    assert run.json_result is not None
    assert [each["result"] for each in run.json_result["files"]] == ["error", "ok"]
    assert (run.json_result["result"], run.json_result["data"]["sample_verdict"]) == ("ok", "malicious")


@pytest.mark.parametrize("status", [404, 500])
def test_an_unreadable_member_does_not_affect_the_others(lab: Lab, tmp_path: Path, status: int) -> None:
    """The unreadable member has a row with the verdict of its submission and the reason."""
    path = archive(tmp_path, "emulate-malicious-exe.exe", "notes.txt")
    lab.vmray.control.load_scenario("archive")
    attempts = 1 if status == 404 else 4
    fault = {"kind": "status", "status": status}
    lab.vmray.control.inject({"method": "GET", "path": "/rest/sample/5002"}, fault, attempts)

    run = upload(lab, path)

    malicious, unread = run.json_result["files"]
    assert (malicious["verdict"], malicious["result"]) == ("malicious", "ok")
    assert (unread["verdict"], unread["result"], unread["data"]) == ("clean", "error", None)
    assert unread["error"].startswith("sample 5002 could not be read: ")
    assert unread["error"].endswith("; verdict of submission 6002: clean")
    assert f"HTTP {status}" in unread["error"]
    assert run.message == f"{SUBMITTED}{path}" + details(
        f"{path}: 2 samples, worst verdict Malicious, submission 6001", f"{path}: {unread['error']}"
    )


def test_a_later_run_reuses_all_members(lab: Lab, tmp_path: Path) -> None:
    """A later run reuses all members, also one with a failed analysis, and submits nothing again."""
    path = archive(tmp_path, "emulate-clean-document.txt", "emulate-partly-failed.exe")
    lab.vmray.control.load_scenario("archive")

    first, again = upload(lab, path), upload(lab, path)

    assert again.json_result == first.json_result
    assert [each["submission_id"] for each in again.json_result["files"]] == [6001, 6002]
    assert lab.vmray.control.counts()["submissions"] == 2


def test_the_last_member_of_a_large_archive_sets_the_verdict(lab: Lab, tmp_path: Path) -> None:
    """The verdict of the archive is malicious when only its last member is malicious."""
    names = [f"emulate-clean-document-{number}.txt" for number in range(120)]
    path = archive(tmp_path, *names, "emulate-malicious-exe.exe")
    lab.vmray.control.load_scenario("archive")

    run = upload(lab, path)

    assert [each["verdict"] for each in run.json_result["files"]] == ["clean"] * 120 + ["malicious"]
    assert run.json_result["data"]["sample_verdict"] == "malicious"
    assert run.message.endswith(f"{path}: 121 samples, worst verdict Malicious, submission 6001")


def test_a_later_run_reuses_every_member_of_a_large_archive(lab: Lab, tmp_path: Path) -> None:
    """A later run reuses all members, although their list has several pages."""
    names = [f"emulate-clean-document-{number}.txt" for number in range(120)]
    path = archive(tmp_path, *names, "emulate-malicious-exe.exe")
    lab.vmray.control.load_scenario("archive")
    first, again = upload(lab, path), upload(lab, path)

    assert len(again.json_result["files"]) == 121
    assert again.json_result == first.json_result
    assert lab.vmray.control.counts()["submissions"] == 121


def test_a_file_with_several_names_is_submitted_once(lab: Lab, tmp_path: Path) -> None:
    """A file that is given by several names is submitted once, because each submit spends quota."""
    path = made(tmp_path, "a.exe")
    link = tmp_path / "link.exe"
    link.symlink_to(path)

    run = upload(lab, path, f"{tmp_path}/./a.exe", f"{tmp_path}//a.exe", link)

    assert [each["file_path"] for each in run.json_result["files"]] == [str(path)]
    assert lab.vmray.control.counts()["submissions"] == 1
