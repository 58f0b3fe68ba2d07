"""The body of a large response: on the disk, or in memory if there is no disk."""

from __future__ import annotations

import tempfile
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from vm_ray.core.api.vmray_disk_body import MAX_IN_MEMORY, DiskBody

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = bytes(range(256)) * 256


@pytest.mark.parametrize("blocks", [0, 1, 16, 17, 40])
def test_the_content_is_what_was_appended(blocks: int) -> None:
    """Given bodies around the size for the disk, then the content is complete and in order."""
    body = DiskBody()
    for number in range(blocks):
        body.append(BLOCK + bytes([number]))
    assert body.content() == b"".join(BLOCK + bytes([number]) for number in range(blocks))


def test_the_memory_does_not_grow_with_the_body() -> None:
    """Given 32 MiB, then memory holds one portion until the content is read."""
    body = DiskBody()
    tracemalloc.start()
    try:
        for _ in range(512):
            body.append(b"x" * 65_536)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * MAX_IN_MEMORY
    assert len(body.content()) == 2**25


def test_without_a_disk_the_body_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given no temporary folder, then the content is complete."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    body = DiskBody()
    for _ in range(40):
        body.append(BLOCK)
    assert body.content() == BLOCK * 40


def test_a_full_disk_keeps_the_rest_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a disk that becomes full in a write, then the content is complete, and no byte is twice."""
    body = DiskBody()
    for _ in range(20):
        body.append(BLOCK)
    monkeypatch.setattr("os.pwrite", lambda *_: 10)
    for _ in range(40):
        body.append(BLOCK)
    assert body.content() == BLOCK * 60


def test_a_disk_that_loses_data_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a disk that returns less than was written, then there is an error, not a part of the body."""
    body = DiskBody()
    for _ in range(40):
        body.append(BLOCK)
    monkeypatch.setattr("os.pread", lambda *_: b"less")
    with pytest.raises(OSError, match="incomplete"):
        body.content()
