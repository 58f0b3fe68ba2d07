"""Submit File: every source of files, every decision, and what an analyst is told."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.actions import submitting_now
from tests.actions.lab import completed, items_of, outcome
from tests.actions.submitting import lose_submits
from tests.actions.submitting_now import HEADER, LOOK_UP, NOTHING, SUBMIT, words
from tests.support.example import Example
from tests.support.outcome import FINE, optional

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION: Final = "Submit File"
CONTENT: Final = b"MZ not really"
# In seconds: far from a whole number of days, so that the age in days does not depend on the moment.
AGE: Final = 2.5 * 86_400
OK: Final = "Successfully submitted the following files to VMRay: "
REUSED: Final = "Reused earlier VMRay results for the following files: "
JOINED: Final = "The following files are already being analyzed by VMRay: "
DRY: Final = "Dry run, the following files would be submitted to VMRay: "
BLOCKED: Final = "Not submitted, the VMRay quota is too low: "
MISSED: Final = "Action wasn't able to submit the following files to VMRay: "
NONE: Final = "None of the provided files were submitted to VMRay."


def sha256(content: bytes) -> str:
    """The hash of a content."""
    return hashlib.sha256(content).hexdigest()


def given(
    situation: str,
    count: int = 1,
    *,
    known: bool = False,
    lost: bool = False,
    **other: Any,  # noqa: ANN401 - fields of an example
) -> Example:
    """An example with so many files, which VMRay may know, or whose submits may be lost."""
    files = {f"invoice{number or ''}.exe": CONTENT + b"!" * number for number in range(count)}
    parameters = {"Files": ",".join(f"{{folder}}/{name}" for name in files), **other.pop("parameters", {})}

    def setup(vmray: EmbeddedEmulator) -> None:
        for name, content in files.items() if known else ():
            vmray.control.add_sample(filename=name, sha256=sha256(content), verdict="malicious", age=AGE)
        if lost:
            lose_submits(vmray, count)

    return Example(situation, setup=setup, files=files, parameters=parameters, shows_texts=False, **other)


def alike(situation: str, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """The same situation with any number of files."""

    def several(number: int) -> Example:
        return given(situation, number, **other)

    return given(situation, several=several, **other)


def failed_row(name: str) -> dict[str, Any]:
    """The row of a file that was not submitted, without the cause."""
    path = f"{{folder}}/{name}"
    identity = {
        "subject": path,
        "file": path,
        "source": "Path",
        "size": len(CONTENT),
        "sha256": sha256(CONTENT),
    }
    return {**identity, **NOTHING}


EXAMPLES = [
    given("usual", result="pending", failed_json=[failed_row("invoice.exe")]),
    alike("an earlier result", known=True, result="malicious", failed_json=[failed_row("invoice.exe")]),
]
ALWAYS: Final = {"Reuse Younger Than Days": "0"}
SITUATIONS = [
    alike("several files", result="pending"),
    given("a guarded quota", parameters={"Minimum Remaining Quota": "1"}, result="pending"),
    given("a network scheme", parameters={"Network Scheme": "Isolated"}, result="pending"),
    alike("lost submits", lost=True, result="pending"),
    alike(
        "known files that are not analyzed again",
        known=True,
        settings={"analysis_caching": "legacy"},
        parameters={**ALWAYS, "Analysis Caching": "legacy"},
        result="malicious",
    ),
]
OUTCOMES = {
    **submitting_now.OUTCOMES,
    # the limit only makes the message clearer
    "GET /system_info": {**optional(), "403": FINE},
}


def submit(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; in the names of parameters, `_` stands for a space."""
    return lab.run_with(ACTION, **parameters)


def made(folder: Path, name: str, content: bytes = CONTENT) -> str:
    """Write a file, and return its path."""
    (folder / name).write_bytes(content)
    return str(folder / name)


def no_temporary_files() -> bool:
    """Whether no folder of the action is left."""
    return not list(Path(tempfile.gettempdir()).glob("vmray-submit-*"))


def test_a_file_is_submitted_and_not_awaited(lab: Lab, tmp_path: Path) -> None:
    """Given an unknown file, then it is submitted once, not shared, and the ids are returned."""
    path = made(tmp_path, "invoice.exe")

    run = submit(lab, Files=path)

    row = {
        "subject": path,
        "file": path,
        "source": "Path",
        "size": 13,
        "sha256": sha256(CONTENT),
        **NOTHING,
        "decision": "submit",
        "sample_id": 5001,
        "submission_id": 6001,
        "submission_ids": [6001],
        "web_link": "https://vmray.example/samples/5001",
        "outcome": "pending",
        "reason": None,
    }
    json_result = {
        "outcome": "pending",
        "complete": False,
        "cost": {"submitted": 1, "reused": 0, "unlocked": 0, "quota_left": None},
        "items": [row],
        "left_out": None,
        "errors": [],
    }
    table = {"VMRay submissions": [f"File,{HEADER}", f"{path},submit,6001,5001,,"]}
    link = {"VMRay sample 5001": ["https://vmray.example/samples/5001"]}
    assert outcome(run) == completed(
        f"{OK}{path}", value="pending", json_result=json_result, tables=table
    ) | {"links": link}
    assert lab.seen() == [
        "GET /rest/system_info",
        f"GET /rest/sample/sha256/{sha256(CONTENT)}",
        LOOK_UP,
        SUBMIT,
    ]
    name = base64.b64encode(b"invoice.exe").decode()
    assert lab.submits() == [{"shareable": "false", "sample_filename_b64enc": name}]


def test_every_decision_has_its_sentence(lab: Lab, tmp_path: Path) -> None:
    """Given a known, a running, an unknown, an equal and a missing file, then each is told apart."""
    names = ("known", "running", "new", "copy", "missing")
    paths = [made(tmp_path, name, name.replace("copy", "new").encode()) for name in names[:4]]
    lab.vmray.control.add_sample(sha256=sha256(b"known"), verdict="clean", age=AGE)
    lab.vmray.control.set_lifecycle("manual")
    assert submit(lab, Files=paths[1]).result_value == "pending"

    run = submit(lab, Files=",".join([*paths, str(tmp_path / "missing")]))

    assert words(run) == [
        ("reuse", "clean"),
        ("join", "pending"),
        ("submit", "pending"),
        ("join", "pending"),
        (None, "failed"),
    ]
    assert run.message == (
        f"{OK}{paths[2]}\n{REUSED}{paths[0]}\n{JOINED}{paths[1]}, {paths[3]}\n{MISSED}{tmp_path}/missing"
        f"\n\nDetails:\n{tmp_path}/missing: does not exist"
    )
    known, running, new, copy, _ = items_of(run)
    assert (known["age_days"], known["reused"], known["verdict"]) == (2, True, "clean")
    assert running["submission_id"] == 6002
    assert new["submission_id"] == copy["submission_id"] == 6003
    assert run.json_result["cost"] == {"submitted": 1, "reused": 1, "unlocked": 0, "quota_left": None}
    assert [each["class"] for each in run.json_result["errors"]] == ["file"]
    assert len(lab.submits()) == 1


def test_controls_are_sent_and_an_old_result_is_analyzed_again(lab: Lab, tmp_path: Path) -> None:
    """Given a result that is too old, then VMRay is asked for new analyses, with the given controls."""
    lab.vmray.control.add_sample(sha256=sha256(CONTENT), age=8 * 86_400)

    run = submit(
        lab,
        Files=made(tmp_path, "a.exe"),
        File_Name="invoice.pdf",
        Network_Scheme="ISOLATED",
        Max_Jobs="1",
        Sample_Type="amiga disk",
    )

    (form,) = lab.submits()
    assert form == {
        "shareable": "false",
        "reanalyze": "true",
        "max_jobs": "1",
        "user_config": '{"net_scheme_name": "Isolated"}',
        "sample_type": "amiga disk",
        "sample_filename_b64enc": base64.b64encode(b"invoice.pdf").decode(),
    }
    assert words(run) == [("submit", "pending")]
    assert "the Sample Type is not one that this version of the integration knows" in run.message


def test_the_quota_counts_each_submit_of_the_run(lab: Lab, tmp_path: Path) -> None:
    """Given a minimum, then the quota is read once, and the file that would go below is not submitted."""
    lab.vmray.control.configure(key_quota_limit=10, quota_used=4)
    paths = [made(tmp_path, name, name.encode()) for name in ("a", "b", "c")]

    run = submit(lab, Files=",".join(paths), Minimum_Remaining_Quota="5")

    assert words(run) == [("submit", "pending"), ("submit", "pending"), ("blocked_quota", "blocked_quota")]
    assert [each["quota_before"] for each in items_of(run)] == [6, 5, 4]
    assert run.json_result["cost"]["quota_left"] == 4
    assert run.message == (
        f"{OK}{paths[0]}, {paths[1]}\n{BLOCKED}{paths[2]}\n\nDetails:\n"
        f"{paths[2]}: the quota of the API key is too low: 4 left"
    )
    assert lab.seen().count("GET /rest/api_key/quota") == 1
    assert run.result_value == "pending"


def test_a_dry_run_sends_nothing(lab: Lab, tmp_path: Path) -> None:
    """Given a dry run, then the decisions are the same, and nothing is submitted."""
    lab.vmray.control.add_sample(sha256=sha256(b"known"), verdict="clean")
    known, new = made(tmp_path, "known", b"known"), made(tmp_path, "new")

    run = submit(lab, Files=f"{known},{new}", Dry_Run="true")

    assert words(run) == [("reuse", "clean"), ("dry_run", "dry_run")]
    assert (run.result_value, run.message) == ("dry_run", f"{REUSED}{known}\n{DRY}{new}")
    assert lab.submits() == []


def test_attachments_of_the_case_wall_are_submitted(lab: Lab) -> None:
    """Given names, an id and a wrong name, then each attachment is submitted from a temporary file."""
    contents = {"Mail.eml": b"old", "mail.EML": b"new", "a, b.txt": b"text", "empty": b""}
    oldest, *_ = [lab.case.attach(name, content) for name, content in contents.items()]

    run = submit(lab, File_Source="Case Wall Attachment", Files=f"MAIL.eml, A, b.txt, {oldest}, empty, x.exe")

    assert [(each["file"], each["outcome"]) for each in items_of(run)] == [
        ("mail.EML", "pending"),
        ("a, b.txt", "pending"),
        ("Mail.eml", "pending"),
        ("empty", "failed"),
        ("x.exe", "not_found"),
    ]
    assert items_of(run)[0]["sha256"] == sha256(b"new")
    stored = {each["sample_sha256hash"]: each["sample_filename"] for each in lab.samples()}
    assert stored == {sha256(b"new"): "mail.EML", sha256(b"text"): "a, b.txt", sha256(b"old"): "Mail.eml"}
    assert "mail.EML: 2 attachments have this name; the newest one was taken, id " in run.message
    assert (
        "x.exe: the case has no attachment with this name or id; it has: empty, a, b.txt, mail" in run.message
    )
    assert no_temporary_files()


def test_all_attachments_of_a_case_without_any(lab: Lab) -> None:
    """Given `all` and no attachment, then the outcome is empty, and the action completes."""
    run = submit(lab, File_Source="Case Wall Attachment", Files="all")

    assert (run.state.value, run.result_value, items_of(run)) == ("completed", "empty", [])
    assert run.message == f"{NONE}\n\nDetails:\nAttachments: the case has none"


def test_files_of_the_file_storage_are_submitted(lab: Lab) -> None:
    """Given identifiers of the file storage, then each file is submitted, and an unknown one is not found."""
    lab.case.store_file("mails/17.eml", b"Subject: hello")

    run = submit(lab, File_Source="GCP Bucket", Files="mails/17.eml, other")

    assert [(each["file"], each["outcome"]) for each in items_of(run)] == [
        ("mails/17.eml", "pending"),
        ("other", "not_found"),
    ]
    assert [each["class"] for each in run.json_result["errors"]] == ["not_found"]
    assert [each["sample_filename"] for each in lab.samples()] == ["17.eml"]
    assert no_temporary_files()


def test_an_archive_has_a_row_for_each_submission(lab: Lab, tmp_path: Path) -> None:
    """Given an archive that VMRay splits, then each submission has a row, and all names are told once."""
    from tests.actions.uploading import archive  # noqa: PLC0415 - only here

    rejected = "emulate-unsupported.exe"
    path = str(archive(tmp_path, "a.exe", "b.exe", rejected))

    run = submit(lab, Files=path, Archive_Action="separate_samples")

    assert [(each["file"], each["submission_id"]) for each in items_of(run)] == [(path, 6001), (path, 6002)]
    assert [each["submission_ids"] for each in items_of(run)] == [[6001, 6002]] * 2
    note = f"{path}: VMRay rejected {rejected}: Unsupported sample type"
    assert run.message == f"{OK}{path}\n\nDetails:\n{note}"
    assert run.json_result["cost"]["submitted"] == 2


def test_a_wrong_parameter_is_named_before_any_request(lab: Lab) -> None:
    """Given a wrong parameter, then the action fails, no content is shown, and VMRay sees no request."""
    run = submit(lab, File_Source="Base64", Files="S3cr3t!", File_Name="a")

    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert 'parameter "Files" is not Base64' in run.message
    assert "S3cr3t!" not in run.message
    assert lab.seen() == []


def test_a_network_scheme_that_does_not_exist(lab: Lab, tmp_path: Path) -> None:
    """Given a network scheme that the server does not have, then the allowed ones are named."""
    run = submit(lab, Files=made(tmp_path, "a"), Network_Scheme="Mars")

    assert 'parameter "Network Scheme" has the value "Mars", which is not a network scheme' in run.message
    assert "Isolated" in run.message
    assert (run.state.value, lab.submits()) == ("failed", [])


def test_the_only_file_is_named_in_the_reason(lab: Lab, tmp_path: Path) -> None:
    """Given one file, which does not exist, then the sentence says which."""
    run = submit(lab, Files=f"{tmp_path}/a.exe")

    assert (run.state.value, words(run)) == ("failed", [(None, "failed")])
    assert run.message == f'Error executing action "{ACTION}". Reason: {tmp_path}/a.exe: does not exist'


@pytest.mark.parametrize("form", ["errors", "403", "400"])
def test_a_refusal_without_quota_is_told_as_such(lab: Lab, tmp_path: Path, form: str) -> None:
    """Given a refusal when no quota is left, in each of its forms, then the outcome is blocked_quota."""
    lab.vmray.control.configure(key_quota_limit=5, quota_used=5, quota_refusal=form)

    run = submit(lab, Files=made(tmp_path, "a"))

    assert (run.state.value, words(run)) == ("completed", [("submit", "blocked_quota")])
    assert run.message.startswith(
        f"{BLOCKED}{tmp_path}/a\n\nDetails:\n{tmp_path}/a: the quota of the API key"
    )
    assert run.json_result["errors"][0]["class"] == "quota"
    assert run.json_result["cost"]["quota_left"] == 0


def test_what_was_submitted_before_a_fatal_error_is_kept(lab: Lab, tmp_path: Path) -> None:
    """Given a redirect for one of two submits, then the action fails, and names the other submission."""
    paths = [made(tmp_path, name, name.encode()) for name in ("a", "b")]
    match = {"method": "POST", "path": "/rest/sample/submit"}
    lab.vmray.control.inject(match, {"kind": "redirect", "location": "http://127.0.0.1:9/x"}, 1)

    run = submit(lab, Files=",".join(paths))

    stored = [each for each in items_of(run) if each["submission_id"]]
    lost = [each for each in items_of(run) if not each["submission_id"]]
    assert (run.state.value, run.result_value) == ("failed", "failed")
    assert [each["file"] for each in items_of(run)] == paths
    assert [(each["submission_id"], each["outcome"]) for each in stored] == [(6001, "pending")]
    assert ["which is not followed" in each["reason"] for each in lost] == [True]
    assert f"{stored[0]['file']}: kept in VMRay: submission 6001" in run.message
