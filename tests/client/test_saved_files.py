"""Files for the case wall: private temporary files, which are removed; a rejected file is only a note."""

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from tests.client.stand_in import imported

from vm_ray.core.results.vmray_result import Attachment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from vm_ray.core.soar.vmray_run import Run

REPORT = Attachment("VMRay sample 5001", "vmray-sample-5001-report.pdf", b"%PDF-1.7")
MIB = 2**20


@pytest.fixture(scope="module")
def files() -> Iterator[ModuleType]:
    """Return the module."""
    with imported("core.soar.vmray_saved_files") as found:
        yield found["core.soar.vmray_saved_files"]


class Platform:
    """Reads each file at once, as the SDK does, and answers as configured."""

    def __init__(self, answer: object = 1) -> None:
        self.answer = answer
        self.seen: list[tuple[Path, bytes, int, int]] = []

    def add_attachment(self, path: str) -> object:
        """Store the file with its mode and that of its folder."""
        file = Path(path)
        mode, of_folder = (stat.S_IMODE(each.stat().st_mode) for each in (file, file.parent))
        self.seen.append((file, file.read_bytes(), mode, of_folder))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def run_on(platform: Platform, seconds: float = 60) -> Run:
    """Return a run on this platform with so many seconds left."""
    deadline = SimpleNamespace(remaining=seconds)
    return cast("Run", SimpleNamespace(siemplify=platform, deadline=deadline, log=lambda _text: None))


def test_a_file_is_private_and_removed(files: ModuleType) -> None:
    """Given a file, then it has exactly its name, only this user can read it, and it is removed."""
    platform = Platform()

    assert files.save_to_case_wall(run_on(platform), [REPORT]) == {}

    ((path, content, mode, of_folder),) = platform.seen
    assert (path.name, content, mode, of_folder) == (REPORT.name, REPORT.content, 0o600, 0o700)
    assert not path.parent.exists()


@pytest.mark.parametrize("answer", [RuntimeError("500"), ValueError("no JSON"), {"errorMessage": "no"}])
def test_a_rejected_file_is_a_note(files: ModuleType, answer: object) -> None:
    """Given a platform that rejects the file, in each form of the SDK, then the reason is returned."""
    platform = Platform(answer)

    assert files.save_to_case_wall(run_on(platform), [REPORT]) == {
        REPORT.name: "the platform rejected the file"
    }

    assert not platform.seen[0][0].parent.exists()


def test_a_file_that_is_too_large_is_not_sent(files: ModuleType) -> None:
    """Given 5 MiB in base64 or more, then the file is not sent; a smaller one is."""
    platform = Platform()
    sizes = {"a": 5 * MIB * 3 // 4, "b": 5 * MIB * 3 // 4 - 3}
    attachments = [Attachment("", name, bytes(size)) for name, size in sizes.items()]

    unsaved = files.save_to_case_wall(run_on(platform), attachments)

    assert list(unsaved) == ["a"]
    assert "5 MB" in unsaved["a"]
    assert [path.name for path, *_ in platform.seen] == ["b"]


def test_without_time_or_a_temporary_folder_nothing_is_sent(
    files: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given no time, or no temporary folder, then the reason is returned, and the result is not lost."""
    platform = Platform()
    late = files.save_to_case_wall(run_on(platform, 0), [REPORT])
    assert late == {REPORT.name: "this run reached its time limit"}

    def no_room(*_arguments: object, **_names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "TemporaryDirectory", no_room)
    full = files.save_to_case_wall(run_on(platform), [REPORT])
    assert full == {REPORT.name: "the temporary file could not be written: No space left on device"}
    assert platform.seen == []
