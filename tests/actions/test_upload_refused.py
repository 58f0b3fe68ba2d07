"""Upload File And Get Report with unreadable or too large files: each is named and nothing is uploaded."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import details
from tests.actions.lab import failed, outcome
from tests.actions.uploading import made, upload

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab

ERROR = 'Error executing action "Upload File And Get Report". Reason: '
NOT_ACCESSIBLE = f"{ERROR}the following files were not accessible: "
PATHS = "allowed: absolute paths of files, separated by commas."


def test_every_unreadable_path_is_named_with_its_reason(lab: Lab, tmp_path: Path) -> None:
    """When a path is unreadable, the readable files are not uploaded either, as documented."""
    good = made(tmp_path, "good.exe")
    empty = made(tmp_path, "empty.exe", b"")
    folder = tmp_path / "folder"
    folder.mkdir()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    missing = tmp_path / "missing.exe"
    dangling = tmp_path / "link.exe"
    dangling.symlink_to(missing)

    run = upload(lab, missing, good, empty, folder, pipe, dangling)

    assert outcome(run) == failed(
        f"{NOT_ACCESSIBLE}{missing}, {empty}, {folder}, {pipe}, {dangling}"
        + details(
            f"{missing}: does not exist",
            f"{empty}: is empty",
            f"{folder}: is a folder",
            f"{pipe}: is not a regular file",
            f"{dangling}: does not exist",
        )
    )
    assert lab.seen() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_read_permission_is_named(lab: Lab, tmp_path: Path) -> None:
    """The message names a file that the process of the action has no permission to read."""
    path = made(tmp_path, "secret.exe")
    path.chmod(0)

    run = upload(lab, path)

    why = f"{path}: cannot be read by this process (permission denied)"
    assert outcome(run) == failed(f"{NOT_ACCESSIBLE}{path}{details(why)}")


def test_a_file_above_the_limit_of_the_server_is_not_uploaded(lab: Lab, tmp_path: Path) -> None:
    """The action reads the size limit of the server before it uploads a file."""
    lab.vmray.control.configure(webif_max_sample_size=2**20)
    small = made(tmp_path, "small.exe")
    large = made(tmp_path, "large.exe", b"x" * (2**20 + 1))

    run = upload(lab, small, large)

    why = f"{large}: has 1048577 bytes, VMRay accepts at most 1048576 (1 MiB)"
    assert outcome(run) == failed(
        f"{ERROR}the following files are larger than VMRay accepts: {large}{details(why)}"
    )
    assert lab.seen() == ["GET /rest/system_info"]


def test_a_file_of_exactly_the_limit_is_uploaded(lab: Lab, tmp_path: Path) -> None:
    """A file with exactly the size of the limit is accepted."""
    lab.vmray.control.configure(webif_max_sample_size=2**20)

    assert upload(lab, made(tmp_path, "exact.exe", b"x" * 2**20)).is_success


def test_a_file_is_uploaded_to_a_server_that_returns_no_limit(lab: Lab, tmp_path: Path) -> None:
    """When the server does not return its limit (servers before 2022), the file is uploaded."""
    lab.vmray.control.inject({"path": "/rest/system_info"}, {"kind": "status", "status": 403})

    assert upload(lab, made(tmp_path, "a.exe")).is_success


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("", "is empty"),
        (" , ,", "is empty"),
        ("invoice.exe", 'contains "invoice.exe", which is not an absolute path'),
        ("/bin/ls, ../x", 'contains "../x", which is not an absolute path'),
    ],
)
def test_paths_are_absolute_and_there_is_at_least_one(lab: Lab, given: str, problem: str) -> None:
    """Any other value gives an error that explains the problem, and no request is made."""
    run = upload(lab, given)

    assert outcome(run) == failed(f'{ERROR}parameter "Sample File Path" {problem}; {PATHS}')
    assert lab.seen() == []


def test_a_path_with_a_nul_character_is_rejected(lab: Lab) -> None:
    """A path with a NUL character is rejected."""
    run = upload(lab, "/tmp/a\0b.exe")  # noqa: S108 - it is never opened

    shown = "/tmp/a b.exe"  # noqa: S108 - it is never opened
    why = f"{shown}: cannot be read (invalid file name)"
    assert outcome(run) == failed(f"{NOT_ACCESSIBLE}{shown}{details(why)}")
