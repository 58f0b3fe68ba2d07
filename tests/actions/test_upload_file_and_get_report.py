"""Upload File And Get Report: submits each file once, waits, and returns a row for each resulting sample."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions import submitting
from tests.actions.expected import SUBMITTED, WAITING, details
from tests.actions.lab import completed, outcome
from tests.actions.submitting import lose_submits, refuse_windows
from tests.actions.uploading import LOOK_UP, SUBMIT, archive, made, row, upload
from tests.support.example import Example
from tests.support.outcome import FINE, REFUSED, RETRIED, ended, lasting, named, optional

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab

    from vmray_emulator import EmbeddedEmulator

EXAMPLES = [
    Example(parameters={"Sample File Path": "{folder}/invoice.exe"}, files={"invoice.exe": b"MZ not really"})
]


def uploads(situation: str, *, count: int = 1, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """Return an example with `count` files."""
    names = ["invoice.exe", *(f"file {number}.txt" for number in range(1, count))]
    files = {name: b"MZ not really" + name.encode() * (name != names[0]) for name in names}
    parameters = {"Sample File Path": ",".join(f"{{folder}}/{name}" for name in names)}
    return Example(situation, files=files, parameters=parameters, **other)


def alike(situation: str, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """Return a function that gives this situation for any number of files."""
    return uploads(situation, several=lambda count: uploads(situation, count=count, **other), **other)


def known(situation: str, count: int = 1, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """Return an example with files that VMRay knows."""
    lost = other.pop("lost", False)

    def setup(vmray: EmbeddedEmulator) -> None:
        for name, content in example.files.items():
            vmray.control.add_sample(filename=name, sha256=hashlib.sha256(content).hexdigest())
        if lost:
            lose_submits(vmray, count)

    def several(number: int) -> Example:
        return known(situation, number, lost=lost, **other)

    example = uploads(situation, count=count, setup=setup, several=several, **other)
    return example


SITUATIONS = [
    alike("so many files"),
    alike("no lists of several", setup=refuse_windows),
    known("known files", settings={"analysis_caching": "legacy"}),
    alike("analyses that fail in part", settings={"profile": "partly-failed"}),
    known("known files and lost submits", lost=True),
    uploads("lists in pages", count=2, settings={"api_items_per_request": 1}),
    uploads("a lost submit", setup=lambda vmray: lose_submits(vmray, 1)),
]
OUTCOMES = {
    **submitting.OUTCOMES,
    "GET /system_info": {**optional(), "403": FINE},
    # the action fails when VMRay accepted none of the files
    submitting.SUBMIT: {RETRIED: (FINE, ended("")), REFUSED: ended("")},
    "GET /sample/{hash}/{id}": lasting(named(submitting.LOST)),
}


def test_one_file_is_submitted_awaited_and_reported(lab: Lab, tmp_path: Path) -> None:
    """The result is the documented object with one row. There is no table, enrichment or insight."""
    path = made(tmp_path, "invoice.exe")
    lab.hashes("c7" * 32)

    run = upload(lab, path)

    asked = lab.seen()
    (sample,) = lab.samples()
    assert sample["sample_sha256hash"] == hashlib.sha256(b"MZ and so on").hexdigest()
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}{details(f'{path}: verdict Malicious, submission 6001')}",
        value=True,
        json_result={"data": sample, "result": "ok", "files": [row(path, sample)]},
    )
    assert run.rounds[0].message == f"{WAITING}{path}"
    assert lab.flags() == {("C7" * 32): (False, False)}
    assert lab.case.insights == []
    assert asked == [
        "GET /rest/system_info",
        LOOK_UP,
        SUBMIT,
        "GET /rest/submission/6001",
        "GET /rest/submission?submission_parent_submission_id=6001",
        "GET /rest/sample/5001",
    ]


def test_each_submit_request_has_the_tags_and_the_comment(lab: Lab, tmp_path: Path) -> None:
    """Each submit request has the tags and the comment, and VMRay stores them."""
    paths = [made(tmp_path, "a.exe", b"MZ a"), made(tmp_path, "b.exe", b"MZ b")]

    run = upload(lab, *paths, parameters={"Tag Names": "phish, soc", "Comment": "case 17"})

    assert run.is_success
    assert sorted(lab.submits(), key=lambda form: form["sample_filename_b64enc"]) == [
        {
            "tags": "phish,soc",
            "comment": "case 17",
            "sample_filename_b64enc": base64.b64encode(name.encode()).decode(),
        }
        for name in ("a.exe", "b.exe")
    ]
    assert [each["submission_tags"] for each in lab.vmray.control.submissions()] == [["phish", "soc"]] * 2
    assert len(set(lab.keys())) == 2


def test_several_files_are_all_submitted_in_the_first_run(lab: Lab, tmp_path: Path) -> None:
    """Each file has a row, in the order of the paths. `data` is the sample of the first file."""
    lab.vmray.control.set_lifecycle("manual")
    paths = [made(tmp_path, f"{number}.txt", f"text {number}".encode()) for number in range(3)]
    asked: list[list[str]] = []

    def finish(_round: object) -> None:
        asked.append(lab.seen())
        lab.vmray.control.finish_all()

    run = upload(lab, *paths, on_round=finish)

    by_name = {each["sample_filename"]: each for each in lab.samples()}
    numbers = {each["submission_filename"]: each["submission_id"] for each in lab.vmray.control.submissions()}
    rows = [row(path, by_name[path.name], numbers[path.name]) for path in paths]
    files = "\n".join(map(str, paths))
    assert outcome(run) == completed(
        f"{SUBMITTED}{files}"
        + details(*(f"{path}: verdict Clean, submission {numbers[path.name]}" for path in paths)),
        value=True,
        json_result={"data": by_name["0.txt"], "result": "ok", "files": rows},
    )
    assert run.rounds[0].message == f"{WAITING}{paths[0]}, {paths[1]}, {paths[2]}"
    assert asked[0].count(SUBMIT) == 3
    assert lab.vmray.control.counts()["submissions"] == 3


@pytest.mark.parametrize(
    "name",
    [
        "Rechnung März.exe",
        "счёт.exe",
        "请求.exe",
        'a"b.exe',
        "line\nbreak.exe",
        "e\u0301.exe",
        "semi;colon&and.exe",
    ],
)
def test_a_file_name_is_sent_unchanged(lab: Lab, tmp_path: Path, name: str) -> None:
    """The file name is sent in base64, so every character is kept and none breaks the request."""
    path = made(tmp_path, name)

    run = upload(lab, path)

    assert run.is_success, run.message
    (form,) = lab.submits()
    assert base64.b64decode(form["sample_filename_b64enc"]) == os.fsencode(name)
    (submission,) = lab.vmray.control.submissions()
    kept = submission["submission_original_filename"] or submission["submission_filename"]
    assert kept == name
    assert run.json_result["files"][0]["file_path"] == str(path)


def test_a_comma_in_an_existing_path_does_not_split_it(lab: Lab, tmp_path: Path) -> None:
    """The text is not split at a comma when the whole text is an existing path."""
    comma = made(tmp_path, "report, final.txt", b"one")
    plain = made(tmp_path, "plain.txt", b"two")

    run = upload(lab, plain, comma)

    assert [each["file_path"] for each in run.json_result["files"]] == [str(plain), str(comma)]


@pytest.mark.parametrize("form", ["\"{}\", '{}'", '["{}", "{}"]', "\u200b{}\u00a0,“{}”\r\n"])
def test_paths_may_be_quoted_or_a_list_in_json(lab: Lab, tmp_path: Path, form: str) -> None:
    """Quotes, invisible characters and the signs of a JSON list are not part of a path."""
    paths = [str(made(tmp_path, name, name.encode())) for name in ("a.txt", "b.txt")]

    run = upload(lab, form.format(*paths))

    assert [each["file_path"] for each in run.json_result["files"]] == paths
    assert sorted(each["sample_filename"] for each in lab.samples()) == ["a.txt", "b.txt"]


def test_a_path_that_is_given_twice_is_submitted_once(lab: Lab, tmp_path: Path) -> None:
    """A path that is given twice is submitted once."""
    path = made(tmp_path, "a.txt")

    run = upload(lab, path, path)

    assert [each["file_path"] for each in run.json_result["files"]] == [str(path)]
    assert lab.vmray.control.counts()["submissions"] == 1


def test_an_archive_gives_a_row_for_each_sample(lab: Lab, tmp_path: Path) -> None:
    """VMRay unpacks the archive. The verdict of the file is the worst one, and `data` is that sample."""
    lab.vmray.control.load_scenario("archive")
    path = archive(tmp_path, "readme.txt", "invoice.exe")

    run = upload(lab, path)

    readme, invoice = lab.samples()
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}{details(f'{path}: 2 samples, worst verdict Malicious, submission 6001')}",
        value=True,
        json_result={
            "data": invoice,
            "result": "ok",
            "files": [row(path, readme, 6001), row(path, invoice, 6002)],
        },
    )


def test_a_rejected_part_is_named_beside_the_accepted_parts(lab: Lab, tmp_path: Path) -> None:
    """Accepted parts are analyzed. The rejected part is named with the reason from VMRay."""
    lab.vmray.control.load_scenario("archive")
    path = archive(tmp_path, "invoice.exe", "emulate-unsupported.bin")

    run = upload(lab, path)

    (invoice,) = lab.samples()
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}"
        + details(
            f"{path}: verdict Malicious, submission 6001",
            f"{path}: VMRay rejected emulate-unsupported.bin: Unsupported sample type",
        ),
        value=True,
        json_result={"data": invoice, "result": "ok", "files": [row(path, invoice)]},
    )


def test_a_dropped_file_has_a_row(lab: Lab, tmp_path: Path) -> None:
    """A dropped file becomes a child submission in VMRay, and its sample has a row too."""
    lab.vmray.control.load_scenario("malicious-exe")
    path = made(tmp_path, "setup.exe")

    run = upload(lab, path)

    dropper, dropped = lab.samples()
    assert run.json_result["files"] == [row(path, dropper, 6001), row(path, dropped, 6002)]
    assert run.json_result["data"] == dropper
    assert "GET /rest/submission?submission_parent_submission_id=6002" in lab.seen()


@pytest.mark.parametrize("second", ["known too", "new"])
def test_known_members_have_rows(lab: Lab, tmp_path: Path, second: str) -> None:
    """Known members are not stored again: their last results have rows, beside the new members."""
    lab.vmray.control.load_scenario("archive")
    upload(lab, archive(tmp_path, "readme.txt", *(["invoice.exe"] if second == "known too" else [])))
    lab.vmray.control.configure(analysis_caching="legacy")
    lab.open_case()
    path = archive(tmp_path, "readme.txt", "invoice.exe")

    run = upload(lab, path)

    readme, invoice = lab.samples()
    count = {"known too": 2, "new": 1}[second]
    assert run.json_result["files"] == [row(path, readme, 6001), row(path, invoice, 6002)]
    assert run.json_result["data"] == invoice
    assert run.message.startswith(
        f"{SUBMITTED}{path}{details(f'{path}: 2 samples, worst verdict Malicious, ')}"
    )
    why = f"{count} samples are already known to VMRay, not analyzed again; showing the latest result"
    assert run.message.endswith(f"\n{path}: {why}")
    assert lab.vmray.control.counts()["submissions"] == 2
