"""After the total deadline, the action returns the finished parts of a file or URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.actions.expected import ENRICHED, NONE_ENRICHED, SUBMITTED, WAITING, details, sample_table
from tests.actions.lab import completed, outcome
from tests.actions.uploading import archive, row, rowless, upload

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab

# The polling interval is longer than the total timeout: the first run is the last one.
LAST_RUN: dict[str, Any] = {"async_timeout": 60.0, "poll_interval": 600.0}
URL = "http://www.example/emulate-dropper"
ENTITY = URL.upper()
CHILDREN = {"path": "/rest/submission", "query": {"submission_parent_submission_id": "6001"}}
CHILD_LATE = (
    "content reached through this URL: analysis not finished in time, submission 6002; "
    "verdict so far: malicious"
)


def test_the_finished_members_of_an_archive_are_returned_beside_a_pending_one(
    lab: Lab, tmp_path: Path
) -> None:
    """Each finished member has a row with its result. The pending member is named by its submission ID."""
    names = [*(f"emulate-clean-document-{number}.txt" for number in range(8)), "emulate-malicious-exe.exe"]
    lab.vmray.control.load_scenario("archive")
    upload(lab, archive(tmp_path, *names))
    lab.vmray.control.configure(analysis_caching="enabled")
    lab.vmray.control.set_lifecycle("manual")
    lab.open_case()
    path = archive(tmp_path, *names[:4], "late.exe", *names[4:])

    run = upload(lab, path, **LAST_RUN)

    numbers = {
        each["submission_filename"]: each["submission_id"] for each in lab.vmray.control.submissions()[9:]
    }
    samples = {each["sample_filename"]: each for each in lab.samples()}
    first, late = numbers[names[0]], numbers["late.exe"]
    why = f"analysis not finished in time, submission {late}"
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}\n{WAITING}{path}"
        + details(f"{path}: 9 samples so far, worst verdict Malicious, submission {first}", f"{path}: {why}"),
        value=True,
        json_result={
            "data": samples["emulate-malicious-exe.exe"],
            "result": "ok",
            "files": [
                *(row(path, samples[name], numbers[name]) for name in names),
                rowless(path, "pending", why, late),
            ],
        },
    )


def test_each_member_of_an_unfinished_archive_has_a_row(lab: Lab, tmp_path: Path) -> None:
    """Each pending member has a row with its own submission ID."""
    lab.vmray.control.load_scenario("archive")
    lab.vmray.control.set_lifecycle("manual")
    path = archive(tmp_path, "a.exe", "b.exe")

    run = upload(lab, path, **LAST_RUN)

    why = "analysis not finished in time, submission "
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}\n{WAITING}{path}" + details(f"{path}: {why}6001, 6002"),
        value=False,
        json_result={
            "data": {},
            "result": "pending",
            "files": [rowless(path, "pending", f"{why}{number}", number) for number in (6001, 6002)],
        },
    )


def test_a_member_that_is_read_too_late_does_not_affect_the_others(lab: Lab, tmp_path: Path) -> None:
    """In the last run, a member whose result cannot be read in time has a row with the error."""
    lab.vmray.control.load_scenario("archive")
    path = archive(tmp_path, "emulate-malicious-exe.exe", "emulate-clean-document.txt")
    upload(lab, path)
    lab.vmray.control.inject({"path": "/rest/sample/5002"}, {"kind": "stall", "seconds": 60.0})

    run = upload(lab, path, script_timeout=6.0, **LAST_RUN)

    malicious, late = run.json_result["files"]
    assert (malicious["verdict"], malicious["result"]) == ("malicious", "ok")
    assert (late["submission_id"], late["result"], late["data"]) == (6002, "error", None)
    assert late["error"].startswith("sample 5002 could not be read: VMRay did not respond within ")
    assert run.is_success
    assert f"{path}: 2 samples, worst verdict Malicious, submission 6001" in run.message


def submitted_before(lab: Lab, *, child_finished: bool = False) -> None:
    """Let the emulator analyze a URL, and submit the URL again, before the run of the test."""
    lab.vmray.control.configure(max_recursive_samples=10)
    lab.urls(URL)
    lab.run("Scan URL")
    if not child_finished:
        running = {"data.0.submission_finished": False}
        lab.vmray.control.inject(CHILDREN, {"kind": "patch", "set": running})


def test_a_finished_url_is_enriched_while_a_child_submission_is_running(lab: Lab) -> None:
    """A child submission that is still running in the last run is named by its own ID."""
    submitted_before(lab)

    run = lab.run("Scan URL", **LAST_RUN)

    notes = (CHILD_LATE, "reused submission 6001 from a previous run")
    assert run.message == f"{ENRICHED}{ENTITY}{details(*(f'{ENTITY}: {note}' for note in notes))}"
    assert run.is_success
    sample = next(each for each in lab.samples() if each["sample_id"] == 5001)
    assert run.tables[ENTITY] == sample_table(sample)
    assert lab.flags() == {ENTITY: (True, True)}
    assert "GET /rest/sample/5002" not in lab.seen()


def test_a_url_that_is_not_finished_itself_is_not_enriched(lab: Lab) -> None:
    """Without the result of its own submission, the URL is not enriched."""
    lab.vmray.control.set_lifecycle("manual")
    lab.urls(URL)

    run = lab.run("Scan URL", **LAST_RUN)

    why = "analysis not finished in time, submission 6001"
    assert run.message == f"{NONE_ENRICHED}{details(f'{ENTITY}: {why}')}"
    assert lab.flags() == {ENTITY: (False, False)}


def test_a_child_sample_that_is_read_too_late_does_not_affect_the_url(lab: Lab) -> None:
    """A child sample that is read too late does not remove the report of the URL."""
    submitted_before(lab, child_finished=True)
    lab.vmray.control.inject({"path": "/rest/sample/5002"}, {"kind": "stall", "seconds": 60.0})

    run = lab.run("Scan URL", script_timeout=8.0, **LAST_RUN)

    assert run.message.startswith(f"{ENRICHED}{ENTITY}\n")
    assert f"{ENTITY}: sample 5002 could not be read: VMRay did not respond within " in run.message
    assert lab.flags() == {ENTITY: (True, True)}
