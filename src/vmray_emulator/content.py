"""Uploaded files: the server hashes them while it writes them, and names them by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the content folder.

    Attributes:
        name: File name as given.
        size: Bytes.
        md5: Hex digest.
        sha1: Hex digest.
        sha256: Hex digest, which is also the name of the stored file.
    """

    name: str
    size: int
    md5: str
    sha1: str
    sha256: str


class ContentWriter:
    """Writes and hashes one file. As a context manager it deletes the file unless `keep` was called.

    Args:
        folder: The content folder.
    """

    def __init__(self, folder: Path) -> None:
        number, name = tempfile.mkstemp(prefix="incoming-", dir=folder)
        self._file = os.fdopen(number, "wb", buffering=0)
        self._path = Path(name)
        self._hashes = (
            hashlib.md5(usedforsecurity=False),
            hashlib.sha1(usedforsecurity=False),
            hashlib.sha256(),
        )
        self._size = 0

    def write(self, data: bytes | bytearray) -> None:
        """Write and hash the next bytes."""
        self._size += len(data)
        self._file.write(data)
        for one in self._hashes:
            one.update(data)

    def keep(self, name: str) -> StoredFile:
        """Move the finished file to its final name."""
        self._file.close()
        md5, sha1, sha256 = (one.hexdigest() for one in self._hashes)
        self._path.replace(self._path.with_name(sha256))
        return StoredFile(name, self._size, md5, sha1, sha256)

    def close(self) -> None:
        """Throw away what was not kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def store_bytes(folder: Path, name: str, data: bytes) -> StoredFile:
    """Store a small file."""
    with ContentWriter(folder) as writer:
        writer.write(data)
        return writer.keep(name)
