"""`run --attach` and `run --bucket-file` give files to the case before the action starts."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from tests.lab.toy_integration import NAME, Toy

from secops_lab.runs.arguments import BadArgumentError
from secops_lab.runs.case_files import STORED_FILE_LIMIT, read_case_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

    from secops_lab.platform import LocalPlatform

BODY = """
listed = [[one["id"], one["name"], one["type"]] for one in siemplify.get_attachments()]
contents = [siemplify.get_attachment(number).read().decode() for number, *_ in listed]
siemplify.end(json.dumps([listed, contents, siemplify.get_bytes_blob("mail-42").decode()]), True)
"""


def test_an_action_reads_the_given_files(cli: Cli, tmp_path: Path, platform: LocalPlatform) -> None:
    """Given two attachments of one name and a file of the file storage, then the action reads all three."""
    integration = Toy(tmp_path, platform, None).host(BODY).integration.folder
    (tmp_path / "other").mkdir()
    for name, content in {"a.exe": b"one", "other/a.exe": b"two", "c=3.eml": b"three"}.items():
        (tmp_path / name).write_bytes(content)
    files = ("--attach", "a.exe", "--attach", "other/a.exe", "--bucket-file", "mail-42=c=3.eml")

    finished = cli("run", NAME, "--integration", str(integration), "--json", *files)

    assert finished.returncode == 0, finished.stderr
    document = json.loads(finished.stdout)
    assert document["case_attachments"] == [{"name": "a.exe", "size": 3}] * 2
    assert json.loads(document["message"]) == [[[1, "a", ".exe"], [2, "a", ".exe"]], ["one", "two"], "three"]


def test_insights_and_files_of_the_case_are_printed(
    cli: Cli, tmp_path: Path, platform: LocalPlatform
) -> None:
    """Insights about an entity and about the case, a picture, and an action's own file are in the text."""
    body = """
        siemplify.add_entity_insight(siemplify.target_entities[0], "<p>bad</p>")
        picture = "<img alt='a desktop' src='data:image/png;base64,iVBORw0KGgo='>"
        siemplify.create_case_insight("Toy", "Why", "<p>" + picture + " <b>worst</b>: bad</p>", "", 0, 0)
        with open("report\\u202e.pdf", "wb") as file:
            file.write(b"%PDF-")
        siemplify.add_attachment("report\\u202e.pdf")
        siemplify.end("done", True)
    """
    integration = Toy(tmp_path, platform, None).host(body).integration.folder

    finished = cli("run", NAME, "--integration", str(integration), "--entity", "FILEHASH=ab")

    lines = finished.stdout.splitlines()
    assert lines[lines.index("Insight: Entity insight · AB") :] == [
        "Insight: Entity insight · AB",
        "  bad",
        "Insight: Why",
        "  [picture: a desktop] worst: bad",
        "On the case wall: report\\u202e.pdf (5 bytes)",
    ]


@pytest.mark.parametrize(
    ("bucket_files", "attachments", "reason"),
    [
        (["mail-42"], [], '"mail-42" is invalid: expected --bucket-file IDENTIFIER=PATH'),
        (["a=file", "a=file"], [], '--bucket-file "a" was given twice.'),
        (["a=nowhere"], [], "--bucket-file: nowhere is not a file"),
        (["a=large"], [], "--bucket-file: large has 15,728,641 bytes; allowed: at most 15,728,640"),
        ([], ["nowhere"], "--attach: nowhere is not a file"),
        ([], ["pipe"], "--attach: pipe is not a file"),
    ],
)
def test_a_wrong_file_is_a_sentence(
    bucket_files: list[str],
    attachments: list[str],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given a wrong form, a file that is missing or too large, or a pipe, then the error names it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(STORED_FILE_LIMIT + 1)
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(BadArgumentError) as caught:
        read_case_files(bucket_files, [type(tmp_path)(each) for each in attachments])

    assert str(caught.value) == reason
