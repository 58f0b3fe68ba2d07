"""Given hostile texts from users, then VMRay receives them exactly, and every sink is safe."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import pytest
from tests.hostile.corpus import EVERYTHING, TEXTS
from tests.hostile.sinks import assert_run

from secops_lab.invisible import is_invisible

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab

SCAN_HASH = "Scan Hash"
SCAN_URL = "Scan URL"
UPLOAD = "Upload File And Get Report"
ADD_TAG = "Add Tag to Submission"
GOOD_TAGS = (
    "a/b/../c",
    "...",
    "%2e%2e%2f",
    "%0d%0aX-Injected:yes",
    "a&b=c#d;e?f",
    "=1+1",
    "@SUM(1)",
    "'quoted'",
    "C:\\new",
    "ünïcode",
)
BAD_TAGS = ("ansi", "surrogate", "long-words")


def test_invalid_hashes_are_named(lab: Lab) -> None:
    """Given texts that are no hashes, then each is named with its reason, and no request is sent."""
    lab.hashes(*TEXTS.values())

    run = lab.run(SCAN_HASH)

    assert_run(run)
    assert lab.seen() == []
    reason = ": unsupported hash type (expected MD5, SHA-1 or SHA-256): "
    head, _, details = run.message.partition("\n\nDetails:\n")
    assert head == "None of the provided entities were enriched."
    assert [reason in line for line in details.splitlines()] == [True] * len(lab.case.entities)


def test_urls_are_submitted_unchanged(lab: Lab) -> None:
    """Given any text in a URL, then VMRay receives exactly what is visible; an unencodable URL is named."""
    urls = {name: f"http://x.example/{name}?{text}" for name, text in TEXTS.items() if len(text) < 5_000}
    unencodable = {name for name, url in urls.items() if not _is_encodable(url)}
    lab.urls(*urls.values())

    run = lab.run(SCAN_URL)

    assert_run(run)
    assert run.is_success, run.message[:2000]
    submitted = sorted(form["sample_url"] for form in lab.submits())
    expected = {name: _visible(name, url) for name, url in urls.items() if name not in unencodable}
    assert submitted == sorted(expected.values())
    by_entity = {each["Entity"]: each["EntityResult"]["sample_url"] for each in run.json_result}
    assert by_entity == {urls[name].upper(): url for name, url in expected.items()}
    problem = "contains characters that cannot be sent to VMRay"
    assert [line.endswith(problem) for line in run.message.splitlines()].count(True) == len(unencodable)


def _visible(name: str, url: str) -> str:
    """Return a URL without what nobody sees; the joiners of an emoji are seen, as a part of it."""
    return url if name == "emoji" else "".join(each for each in url if not is_invisible(each)).strip()


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("tag", GOOD_TAGS)
def test_a_tag_is_sent_unchanged_in_form_and_path(lab: Lab, tag: str) -> None:
    """The tag is exact in the form field, and in the path segment for older servers."""
    lab.vmray.control.add_sample()
    (submission,) = lab.vmray.control.submissions()
    number = submission["submission_id"]
    given = {"Submission ID": str(number), "Tag Name": tag}

    newer = lab.run(ADD_TAG, given)
    (field,) = lab.vmray.control.requests()
    match = {"path": f"/rest/submission/{number}/tag", "method": "POST"}
    lab.vmray.control.inject(match, {"kind": "status", "status": 405})
    older = lab.run(ADD_TAG, given)
    _, segment = lab.vmray.control.requests()

    for run in (newer, older):
        assert_run(run)
        assert run.message == f"Successfully added tag {tag} to submission {number}."
    assert field.form == {"tag_name": tag}
    assert segment.path == f"/rest/submission/{number}/tag/{tag}"
    assert segment.query == {}
    assert lab.vmray.control.submissions()[0]["submission_tags"] == [tag]


@pytest.mark.parametrize("name", BAD_TAGS)
def test_an_invalid_tag_is_reported_and_not_sent(lab: Lab, name: str) -> None:
    """Given a tag that breaks the rule, then the message is safe, and no request is sent."""
    run = lab.run(ADD_TAG, {"Submission ID": "6001", "Tag Name": TEXTS[name]})

    assert_run(run)
    assert run.message.startswith("Failed to add tag ")
    assert lab.seen() == []


def test_an_invalid_submission_id_is_reported_and_not_sent(lab: Lab) -> None:
    """Given a submission id that is no number, then no request is sent."""
    run = lab.run(ADD_TAG, {"Submission ID": f"1/../2 {EVERYTHING}", "Tag Name": "a"})

    assert_run(run)
    assert run.message.startswith("Failed to add tag a to submission 1/../2 ")
    assert lab.seen() == []


def test_tags_and_comment_of_a_submit_are_sent_unchanged(lab: Lab, tmp_path: Path) -> None:
    """Given any encodable comment and any valid tags, then VMRay receives them exactly."""
    comment = "".join(each if _is_encodable(each) else "?" for each in EVERYTHING)
    tags = [tag for tag in GOOD_TAGS if "," not in tag]
    given = {"Comment": comment, "Tag Names": ", ".join(tags)}
    file = tmp_path / "a.txt"
    file.write_text("a")
    lab.urls("http://x.example/")

    uploaded = lab.run(UPLOAD, given | {"Sample File Path": str(file)})
    (upload_form,) = lab.submits()
    scanned = lab.run(SCAN_URL, given)
    (url_form,) = lab.submits()

    assert_run(uploaded)
    assert_run(scanned)
    for form in (upload_form, url_form):
        assert form["comment"] == comment.strip()
        assert form["tags"] == ",".join(tags)
    assert [each["submission_tags"] for each in lab.vmray.control.submissions()] == [tags] * 2


def test_an_unencodable_comment_is_reported(lab: Lab) -> None:
    """Given half a surrogate pair in a parameter, then the message names the parameter."""
    lab.urls("http://x.example/")

    run = lab.run(SCAN_URL, {"Comment": "half\ud800"})

    assert_run(run)
    assert run.message.startswith('Error executing action "Scan URL". Reason: parameter "Comment" ')
    assert lab.seen() == []


def _write_files(folder: Path) -> dict[str, Path]:
    """Write a file for each text that can be a file name."""
    files = {}
    for number, (name, text) in enumerate(TEXTS.items()):
        file_name = text.replace("/", "_").replace("\0", "_")
        try:
            if not 0 < len(os.fsencode(file_name)) < 200:
                continue
        except UnicodeEncodeError:
            continue
        path = folder / str(number) / file_name
        path.parent.mkdir()
        path.write_text(f"content {name}")
        files[name] = path
    return files


def test_file_names_are_sent_unchanged(lab: Lab, tmp_path: Path) -> None:
    """Given any characters in file names, then VMRay receives the names exactly, each on one line."""
    files = _write_files(tmp_path)
    assert len(files) > 50

    run = lab.run(UPLOAD, {"Sample File Path": ",".join(str(path) for path in files.values())})

    assert_run(run)
    assert run.is_success, run.message[:2000]
    assert {row["file_path"]: row["result"] for row in run.json_result["files"]} == {
        str(path): "ok" for path in files.values()
    }
    stored = sorted(
        each["submission_original_filename"] or each["submission_filename"]
        for each in lab.vmray.control.submissions()
    )
    assert stored == sorted(path.name for path in files.values())
    named = run.message.partition("VMRay: ")[2].split("\n\n")[0].splitlines()
    assert len(named) == len(files)


def test_a_file_with_an_undecodable_name_is_uploaded(lab: Lab, tmp_path: Path) -> None:
    """Given bytes that are not UTF-8, then VMRay receives them as escapes, because its names are UTF-8."""
    path = tmp_path / os.fsdecode(b"caf\xe9 \xff.exe")
    path.write_bytes(b"MZ")

    run = lab.run(UPLOAD, {"Sample File Path": str(path)})

    assert_run(run)
    assert run.is_success, run.message
    assert [row["file_path"] for row in run.json_result["files"]] == [str(path)]
    (submission,) = lab.vmray.control.submissions()
    kept = submission["submission_original_filename"] or submission["submission_filename"]
    assert kept == "caf\\xe9 \\xff.exe"


def test_missing_paths_are_reported_safely(lab: Lab) -> None:
    """Given each text as a path, then the message is safe, and no request is sent."""
    paths = ",".join(f"/nowhere/{text}" for text in TEXTS.values() if len(text) < 5_000)

    run = lab.run(UPLOAD, {"Sample File Path": paths})

    assert_run(run)
    assert run.message.startswith(f'Error executing action "{UPLOAD}". Reason: ')
    assert lab.seen() == []


def test_attachments_keep_their_names(lab: Lab) -> None:
    """Given any text as the name of an attachment, then VMRay receives it, and every sink is safe."""
    names = [f"{text[:100]}.eml" for name, text in TEXTS.items() if name != "surrogate" and "/" not in text]
    for number, name in enumerate(names):
        lab.case.attach(name, f"{number}".encode())

    run = lab.run("Submit File", {"File Source": "Case Wall Attachment", "Files": "all"})

    assert_run(run)
    assert run.state.value == "completed", run.message[:2000]
    newest = names[::-1][:20]
    assert [each["file"] for each in run.json_result["items"]] == newest
    sent = {base64.b64decode(form["sample_filename_b64enc"]).decode() for form in lab.submits()}
    assert sent == {each.encode("utf-8", "backslashreplace").decode() for each in newest}


def test_urls_without_waiting(lab: Lab) -> None:
    """Given any text in a URL, then each entity has a row, and every sink is safe."""
    urls = [f"http://x.example/{name}?{text}" for name, text in TEXTS.items() if len(text) < 5_000]
    lab.urls(*urls)

    run = lab.run("Submit URL")

    assert_run(run)
    assert run.state.value == "completed", run.message[:2000]
    assert {each["entity"] for each in run.json_result["items"]} == {
        each["identifier"] for each in lab.case.entities
    }
