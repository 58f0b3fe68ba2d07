"""Upload File And Get Report at the total deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.actions.expected import SUBMITTED, WAITING, details
from tests.actions.lab import completed, outcome
from tests.actions.submitting import LOST
from tests.actions.uploading import made, row, rowless, upload

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab


def test_finished_files_are_returned_and_pending_files_named_at_the_total_deadline(
    lab: Lab, tmp_path: Path
) -> None:
    """The action completes, returns finished files and names each pending file with its submission ID."""
    cached, late = made(tmp_path, "cached.exe"), made(tmp_path, "late.exe", b"MZ late")
    upload(lab, cached)
    lab.vmray.control.configure(analysis_caching="enabled")
    lab.vmray.control.set_lifecycle("manual")
    lab.open_case()

    run = upload(lab, cached, late, async_timeout=60.0, poll_interval=600.0)

    samples = {each["sample_filename"]: each for each in lab.samples()}
    newest = {each["submission_filename"]: each["submission_id"] for each in lab.vmray.control.submissions()}
    why = f"analysis not finished in time, submission {newest['late.exe']}"
    assert outcome(run) == completed(
        f"{SUBMITTED}{cached}\n{late}\n{WAITING}{late}"
        + details(f"{cached}: verdict Malicious, submission {newest['cached.exe']}", f"{late}: {why}"),
        value=True,
        json_result={
            "data": samples["cached.exe"],
            "result": "ok",
            "files": [
                row(cached, samples["cached.exe"], newest["cached.exe"]),
                rowless(late, "pending", why, newest["late.exe"]),
            ],
        },
    )


def test_a_file_that_could_not_be_submitted_in_time_is_pending(lab: Lab, tmp_path: Path) -> None:
    """When VMRay returns 429 until the deadline, the action completes and names the reason."""
    path = made(tmp_path, "a.exe")
    lab.vmray.control.inject(
        {"path": "/rest/sample/submit"}, {"kind": "throttle", "retry_after": "3000"}, times=50
    )

    run = upload(lab, path, async_timeout=60.0, poll_interval=600.0)
    lab.vmray.control.clear_faults()

    why = "not submitted in time; VMRay returned HTTP 429, too many requests"
    assert outcome(run) == completed(
        f"{WAITING}{path}{details(f'{path}: {why}')}",
        value=False,
        json_result={"data": {}, "result": "pending", "files": [rowless(path, "pending", why)]},
    )
    assert lab.vmray.control.submissions() == []


def test_a_file_that_may_not_be_stored_is_not_named_as_submitted(lab: Lab, tmp_path: Path) -> None:
    """Given a submit whose response was lost, then the file is pending, and the action completes."""
    path = made(tmp_path, "a.exe")
    lab.vmray.control.inject({"path": "/rest/sample/submit"}, {"kind": "status", "status": 504}, times=50)

    run = upload(lab, path, async_timeout=60.0, poll_interval=600.0)
    lab.vmray.control.clear_faults()

    why = f"{LOST}; VMRay returned HTTP 504"
    assert outcome(run) == completed(
        f"{WAITING}{path}{details(f'{path}: {why}')}",
        value=False,
        json_result={"data": {}, "result": "pending", "files": [rowless(path, "pending", why)]},
    )
