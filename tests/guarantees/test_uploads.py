"""A file that changes during its upload is rejected, and no part of it is stored.

Files that are rejected before the upload (folders, pipes, empty and too large files) are in
`tests/actions/test_upload_refused.py`.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from tests.guarantees.kill_switch_proxy import KillSwitchProxy
from tests.guarantees.matrix.world import World, file_item, reported_outcome

from vmray_emulator.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vmray_emulator.request_log import RecordedRequest

SIZE = 24_000_000


def truncate(path: Path) -> None:
    """Remove the second half of the file."""
    with path.open("r+b") as file:
        file.truncate(SIZE // 2)


def overwrite(path: Path) -> None:
    """Change bytes near the end, and keep the length."""
    with path.open("r+b") as file:
        file.seek(SIZE - 10)
        file.write(b"0123456789")


def extend(path: Path) -> None:
    """Append to the file."""
    with path.open("ab") as file:
        file.write(b"more")


@pytest.mark.parametrize(
    ("change", "reason"),
    [(truncate, "was truncated during"), (overwrite, "was changed during"), (extend, "was changed during")],
)
def test_a_file_that_changes_during_its_upload_is_not_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], reason: str
) -> None:
    """Given a change during the upload, then the last block is not sent, and VMRay stores nothing."""
    path = tmp_path / "changing.bin"
    arrive = RequestLog.arrive
    changed = threading.Event()

    def change_once(log: RequestLog, request: RecordedRequest) -> None:
        arrive(log, request)
        if request.path == "/rest/sample/submit" and not changed.is_set():
            changed.set()
            change(path)

    with World(tmp_path) as world:
        item = file_item(path, bytes(SIZE))
        with KillSwitchProxy(world.vmray.url, "never", bytes_per_second=12_000_000) as slow:
            world.platform.configure("VMRay", {"Api Root": slow.url})
            monkeypatch.setattr(RequestLog, "arrive", change_once)
            run = world.run("Upload File And Get Report", [item])
        assert changed.is_set()
        assert reported_outcome(run, item)[0] == "ended"
        assert reason in run.message
        assert "nothing was stored" in run.message
        assert world.vmray.control.counts()["submissions"] == 0


def test_a_large_file_is_stored_unchanged(tmp_path: Path) -> None:
    """Given a large file, then its content, name and hash at VMRay are those on disk."""
    with World(tmp_path) as world:
        content = bytes(range(256)) * 100_000
        item = file_item(tmp_path / "großer Bericht (1).bin", content)
        run = world.run("Upload File And Get Report", [item])
        assert reported_outcome(run, item)[0] == "fine"
        (sample,) = world.vmray.control.samples()
        assert (sample["sample_sha256hash"], sample["sample_filesize"]) == (item.sha256, len(content))
        assert sample["sample_filename"] == "großer Bericht (1).bin"
