"""Attachments that a parameter names, and temporary files for content of the platform."""

from __future__ import annotations

import stat
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.client.stand_in import imported

from vm_ray.core.api.vmray_errors import FileError
from vm_ray.core.submissions.vmray_private_files import PrivateFiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

LISTED: Final[list[dict[str, Any]]] = [
    {"id": 9, "name": "mail", "type": ".eml"},
    {"id": 10, "name": "Mail.EML", "type": ".eml"},
    {"id": 7, "name": "a, b", "type": ".txt"},
    {"id": 8, "name": "noextension", "type": ""},
    {"id": None, "name": "lost", "type": ".x"},
]


@pytest.fixture(scope="module")
def case_files() -> Iterator[ModuleType]:
    """The module with the choice of attachments."""
    with imported("core.soar.vmray_case_files") as modules:
        yield modules["core.soar.vmray_case_files"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("mail.eml", [10]),
        ("MAIL.EML, noextension", [10, 8]),
        ("a, b.txt", [7]),
        ("a, b.txt,9", [7, 9]),
        ("9, 9, mail.eml, 10", [9, 10]),
        ('["a, b.txt", "8"]', [7, 8]),
        (" newest ", [10]),
        ("ALL", [10, 9, 8, 7]),
        ("unknown", [None]),
        ("mail", [None]),
        (" , ", []),
    ],
)
def test_attachments_are_named_in_every_way(case_files: ModuleType, text: str, numbers: list[int]) -> None:
    """Given names in any case, ids, or a word, then each attachment is taken once, the newest of a name."""
    files = case_files.case_files(LISTED)

    found = case_files.chosen_files(text, files)

    assert [each.file and each.file.number for each in found] == numbers


def test_an_unknown_name_tells_what_there_is(case_files: ModuleType) -> None:
    """Given a wrong name, then the reason lists at most 20 names, each as one line."""
    listed = [{"id": number, "name": f"{number}\n\u202e", "type": ".txt"} for number in range(30)]

    (found,) = case_files.chosen_files("x", case_files.case_files(listed))
    (none,) = case_files.chosen_files("x", [])

    names = str(found.problem).partition("it has: ")[2].split(", ")
    assert len(names) == 20
    assert names[0] == "29  .txt"
    assert str(none.problem) == "the case has no attachments"


def test_more_attachments_than_all_takes_are_told_once(case_files: ModuleType) -> None:
    """Given 21 attachments, then the newest 20 are taken, and one note says so."""
    listed = [{"id": number, "name": str(number), "type": ".txt"} for number in range(21)]

    found = case_files.chosen_files("all", case_files.case_files(listed))

    assert [each.name for each in found] == [f"{number}.txt" for number in range(20, 0, -1)]
    assert [each.name for each in found if each.note] == ["1.txt"]
    assert "21 exist" in found[-1].note


@pytest.mark.parametrize("listed", [None, "x", [], [1], {"id": 1}])
def test_an_odd_list_has_no_attachments(case_files: ModuleType, listed: object) -> None:
    """Given another shape of list, then there are no attachments."""
    assert case_files.case_files(listed) == []
    assert case_files.chosen_files("newest", []) == case_files.chosen_files("all", []) == []


def test_temporary_files_are_private_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given content, then only this user can read it, and nothing is left, also after an error."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def use() -> None:
        with PrivateFiles() as store:
            paths = [Path(store.write("../../x", [b"con", b"tent"])), Path(store.write("x", [b"other"]))]
            assert [path.read_bytes() for path in paths] == [b"content", b"other"]
            assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
            assert stat.S_IMODE(paths[0].parent.stat().st_mode) == 0o700
            assert paths[0].parent.parent == tmp_path
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        use()

    assert list(tmp_path.iterdir()) == []


def test_no_folder_is_created_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given no content, then there is no temporary folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with PrivateFiles():
        assert list(tmp_path.iterdir()) == []


def test_a_full_disk_names_the_file_and_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a disk without room, then the error names the problem, and the part is removed."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    class Full(FileIO):
        def write(self, _content: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fdopen", lambda handle, *_, **__: Full(handle, "wb"))
    problem = r"temporary file \(No space left on device\)"
    with PrivateFiles() as store, pytest.raises(FileError, match=problem):
        store.write("a.exe", [b"content"])
    assert list(tmp_path.iterdir()) == []
