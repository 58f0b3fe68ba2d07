"""What users hand over: entities, tags, comments, files. It arrives at VMRay exactly, and is shown safely."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.hostile.corpus import EVERYTHING, TEXTS
from tests.hostile.sinks import assert_run

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


def test_hashes_that_are_none(lab: Lab) -> None:
    """Each is named with its reason, and nothing is asked."""
    lab.hashes(*TEXTS.values())

    run = lab.run(SCAN_HASH)

    assert_run(run)
    assert lab.seen() == []
    reason = ": unsupported hash type (expected MD5, SHA-1 or SHA-256)"
    head, _, details = run.message.partition("\n\nDetails:\n")
    assert head == "None of the provided entities were enriched."
    assert [line.endswith(reason) for line in details.splitlines()] == [True] * len(lab.case.entities)


def test_urls_arrive_as_they_were_written(lab: Lab) -> None:
    """No text changes on its way into the form field; what cannot be sent is named, and holds up nobody."""
    urls = {name: f"http://x.example/{name}?{text}" for name, text in TEXTS.items() if len(text) < 5_000}
    unsendable = {name for name, url in urls.items() if not _encodes(url)}
    lab.urls(*urls.values())

    run = lab.run(SCAN_URL)

    assert_run(run)
    assert run.is_success, run.message[:2000]
    submitted = sorted(form["sample_url"] for form in lab.submits())
    assert submitted == sorted(url for name, url in urls.items() if name not in unsendable)
    by_entity = {each["Entity"]: each["EntityResult"]["sample_url"] for each in run.json_result}
    assert by_entity == {url.upper(): url for name, url in urls.items() if name not in unsendable}
    problem = "contains characters that cannot be sent to VMRay"
    assert [line.endswith(problem) for line in run.message.splitlines()].count(True) == len(unsendable)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("tag", GOOD_TAGS)
def test_a_tag_arrives_exactly_in_either_form(lab: Lab, tag: str) -> None:
    """In the form field, and for older servers as one segment of the path."""
    lab.vmray.control.add_sample()
    (submission,) = lab.vmray.control.submissions()
    number = submission["submission_id"]
    given = {"Submission ID": str(number), "Tag Name": tag}

    newer = lab.run(ADD_TAG, given)
    (field,) = lab.vmray.control.requests()
    order = {"path": f"/rest/submission/{number}/tag", "method": "POST"}
    lab.vmray.control.inject(order, {"kind": "status", "status": 405})
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
def test_a_tag_against_the_rule_is_explained_and_not_sent(lab: Lab, name: str) -> None:
    """Safely, whatever it is."""
    run = lab.run(ADD_TAG, {"Submission ID": "6001", "Tag Name": TEXTS[name]})

    assert_run(run)
    assert run.message.startswith("Failed to add tag ")
    assert lab.seen() == []


def test_a_submission_id_that_is_none(lab: Lab) -> None:
    """Path segments are numbers only."""
    run = lab.run(ADD_TAG, {"Submission ID": f"1/../2 {EVERYTHING}", "Tag Name": "a"})

    assert_run(run)
    assert run.message.startswith("Failed to add tag a to submission 1/../2 ")
    assert lab.seen() == []


def test_tags_and_comment_of_a_submit_arrive_exactly(lab: Lab, tmp_path: Path) -> None:
    """The comment may be anything that can be sent, the tags are VMRay's."""
    comment = "".join(each if _encodes(each) else "?" for each in EVERYTHING)
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


def test_a_comment_that_cannot_be_sent_is_explained(lab: Lab) -> None:
    """Half a character is a wrong parameter, not an accident."""
    lab.urls("http://x.example/")

    run = lab.run(SCAN_URL, {"Comment": "half\ud800"})

    assert_run(run)
    assert run.message.startswith('Error executing action "Scan URL". Reason: parameter "Comment" ')
    assert lab.seen() == []


def _made(folder: Path) -> dict[str, Path]:
    """A file for each text that can be a file's name."""
    made = {}
    for number, (name, text) in enumerate(TEXTS.items()):
        called = text.replace("/", "_").replace("\0", "_")
        try:
            if not 0 < len(os.fsencode(called)) < 200:
                continue
        except UnicodeEncodeError:
            continue
        path = folder / str(number) / called
        path.parent.mkdir()
        path.write_text(f"content {name}")
        made[name] = path
    return made


def test_file_names_arrive_as_they_are_on_disk(lab: Lab, tmp_path: Path) -> None:
    """Quotes, line ends, commas, directions: nothing breaks the request, and no name breaks a line."""
    files = _made(tmp_path)
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


def test_a_file_name_that_is_no_text_is_still_uploaded(lab: Lab, tmp_path: Path) -> None:
    """VMRay takes names in UTF-8 only: other bytes arrive written out."""
    path = tmp_path / os.fsdecode(b"caf\xe9 \xff.exe")
    path.write_bytes(b"MZ")

    run = lab.run(UPLOAD, {"Sample File Path": str(path)})

    assert_run(run)
    assert run.is_success, run.message
    assert [row["file_path"] for row in run.json_result["files"]] == [str(path)]
    (submission,) = lab.vmray.control.submissions()
    kept = submission["submission_original_filename"] or submission["submission_filename"]
    assert kept == "caf\\xe9 \\xff.exe"


def test_paths_that_lead_nowhere_are_shown_safely(lab: Lab) -> None:
    """Each text as a path."""
    paths = ",".join(f"/nowhere/{text}" for text in TEXTS.values() if len(text) < 5_000)

    run = lab.run(UPLOAD, {"Sample File Path": paths})

    assert_run(run)
    assert run.message.startswith(f'Error executing action "{UPLOAD}". Reason: ')
    assert lab.seen() == []
