"""Uploaded files: stored in a folder of the lab, under names that the lab chooses."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from secops_lab.runs.file_name import harmless_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from typing import IO

# Separators of paths and drives, and the comma, because the action splits its list of paths at commas.


class UploadRefusedError(Exception):
    """An upload is rejected.

    Attributes:
        limit: Bytes.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(limit)


class UploadTooLargeError(UploadRefusedError):
    """The file is larger than allowed."""

    def __str__(self) -> str:
        return f"The file is larger than the {self.limit:,} bytes that this lab accepts."


class UploadsFullError(UploadRefusedError):
    """All files together would be larger than allowed."""

    def __str__(self) -> str:
        return (
            f"The lab's folder for uploads is full ({self.limit:,} bytes); "
            "there is room again when a run with files has ended."
        )


@dataclass(frozen=True, slots=True)
class Upload:
    """A stored file.

    Attributes:
        token: A random text that the browser sends instead of a path.
        name: The safe form of the file name.
        path: The path of the file.
        size: The size in bytes.
    """

    token: str
    name: str
    path: Path
    size: int


class UploadBox:
    """Keeps uploaded files in a private temporary folder until it is closed.

    Args:
        file_limit: Bytes of one file.
        box_limit: Bytes of all files together.
    """

    def __init__(self, file_limit: int, box_limit: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="secops-uploads-"))
        self._file_limit = file_limit
        self._box_limit = box_limit
        self._uploads: dict[str, Upload] = {}
        self._used = 0
        self._lock = threading.Lock()  # guards the uploads in use: each run ends in its own thread

    def close(self) -> None:
        """Remove the folder with all files."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def find(self, token: str) -> Upload | None:
        """Return the upload with this token, or None."""
        return self._uploads.get(token)

    def hand_over(self, uploads: Iterable[Upload]) -> None:
        """Reserve files for a run: other runs cannot use their tokens, and browsers cannot remove them."""
        for upload in uploads:
            self._uploads.pop(upload.token, None)

    def forget(self, token: str) -> None:
        """Remove the file of a token, unless a run uses the file."""
        upload = self._uploads.pop(token, None)
        if upload is not None:
            self.remove([upload])

    def remove(self, uploads: Iterable[Upload]) -> None:
        """Remove files that no run needs any more."""
        for upload in uploads:
            shutil.rmtree(upload.path.parent, ignore_errors=True)
            self._use(-upload.size)

    async def take(self, name: str, content: AsyncIterator[bytes]) -> Upload:
        """Store a file piece by piece, with only one piece in memory.

        Args:
            name: The name from the browser; only its safe form is used.
            content: The file's pieces.

        Raises:
            UploadRefusedError: The file is too large, or the folder is full; no part of the file is kept.
        """
        token = secrets.token_urlsafe(12)
        path = self.folder / token / harmless_name(name)
        path.parent.mkdir(mode=0o700)
        try:
            with path.open("xb") as file:
                size = await self._write(file, content)
        except BaseException:
            shutil.rmtree(path.parent, ignore_errors=True)
            raise
        path.chmod(0o600)
        self._uploads[token] = upload = Upload(token, path.name, path, size)
        return upload

    async def _write(self, file: IO[bytes], content: AsyncIterator[bytes]) -> int:
        size = 0
        try:
            async for piece in content:
                size += len(piece)
                self._check(size, self._use(len(piece)))
                await asyncio.to_thread(file.write, piece)
        except BaseException:
            self._use(-size)
            raise
        return size

    def _check(self, size: int, used: int) -> None:
        if size > self._file_limit:
            raise UploadTooLargeError(self._file_limit)
        if used > self._box_limit:
            raise UploadsFullError(self._box_limit)

    def _use(self, size: int) -> int:
        with self._lock:
            self._used += size
            return self._used
