"""Files to upload: which ones are meant, whether they can be used, and one being streamed.

A file is never loaded into memory. It is watched while it is being sent: when it was changed or cut off, the last
block is held back, so that VMRay never receives a complete request with a half-changed file in it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import FileError, ParameterError

PATH_PARAMETER: Final = "Sample File Path"
ALLOWED_PATHS: Final = "absolute paths of files, separated by commas"
# Bytes, so never fewer than characters: Linux has no longer path. More pieces than that need not be looked at.
_LONGEST_PATH: Final = 4096


def split_paths(text: str) -> list[str]:
    """Split a comma-separated list of absolute paths; a path that exists as written wins over splitting at its commas.

    Raises:
        ParameterError: No path at all, or one that is not absolute.
    """
    pieces = text.split(",")
    paths: list[str] = []
    start = 0
    while start < len(pieces):
        path = _longest_path(pieces, start)
        paths.append(path if Path(path).is_absolute() and os.path.lexists(path) else path.strip())
        start += path.count(",") + 1
    named = list(dict.fromkeys(path for path in paths if path))
    if not named:
        raise ParameterError(PATH_PARAMETER, "is empty", ALLOWED_PATHS)
    for path in named:
        if not Path(path).is_absolute():
            raise ParameterError(PATH_PARAMETER, f'contains "{path}", which is not an absolute path', ALLOWED_PATHS)
    return named


def _longest_path(pieces: list[str], start: int) -> str:
    """Join as many pieces as make a path that exists; where none does, the first one is alone."""
    longest = joined = pieces[start]
    for piece in islice(pieces, start + 1, None):
        joined = f"{joined},{piece}"
        if len(joined) > _LONGEST_PATH:
            break
        if os.path.lexists(joined.strip()):
            longest = joined
    return longest


def each_once(paths: Sequence[str]) -> list[str]:
    """Leave out what another spelling or a link names again: it is one file, and each submit costs quota."""
    named: dict[str, str] = {}
    for path in paths:
        named.setdefault(os.path.realpath(path), path)
    return list(named.values())


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A file as it was when it was looked at; any change gives another value."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileVersion:
        """Take it from a file's status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def check_file(path: str) -> FileVersion:
    """Make sure that a file can be uploaded.

    Raises:
        FileError: It does not exist, is no regular file, cannot be read, or is empty.
    """
    with opened(path) as file:
        return FileVersion.of(os.fstat(file.fileno()))


def opened(path: str) -> BinaryIO:
    """Open a regular file that is not empty; a pipe or a device is refused without waiting for it.

    Raises:
        FileError: It cannot be used.
    """
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileError(path, "is a folder" if stat.S_ISDIR(status.st_mode) else "is not a regular file")
        if status.st_size == 0:
            raise FileError(path, "is empty")
        return Path(path).open("rb", buffering=0)
    except FileNotFoundError:
        raise FileError(path, "does not exist") from None
    except PermissionError:
        raise FileError(path, "cannot be read by this process (permission denied)") from None
    except (OSError, ValueError) as error:
        raise FileError(path, f"cannot be read ({_why(error)})") from None


def sha256_of(path: str, deadline: Deadline) -> str:
    """Hash a file in blocks.

    Raises:
        FileError: It cannot be read to its end.
        DeadlineError: The run's time is up.
    """
    digest = hashlib.sha256()
    with opened(path) as file:
        try:
            while block := file.read(1024 * 1024):
                deadline.check()
                digest.update(block)
        except OSError as error:
            raise FileError(path, _unreadable(error)) from None
    return digest.hexdigest()


class FileStream:
    """A file being sent, in the form that a streaming multipart encoder reads: ``read`` and ``len``."""

    def __init__(self, path: str, version: FileVersion, deadline: Deadline) -> None:
        """Open the file.

        Args:
            path: The file.
            version: As it was when it was checked.
            deadline: The end of the run: an upload that would outlast it is broken off.

        Raises:
            FileError: It can no longer be used.
        """
        self._path = path
        self._version = version
        self._deadline = deadline
        self._left = version.size
        self._file = opened(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def len(self) -> int:
        """The number of bytes still to come."""
        return self._left

    def read(self, size: int = -1) -> bytes:
        """Return the next block.

        Raises:
            FileError: The file is shorter than it was, or was changed while it was being read.
            DeadlineError: The run's time is up.
        """
        self._deadline.check()
        wanted = self._left if size < 0 else min(size, self._left)
        try:
            block = self._file.read(wanted) if wanted else b""
        except OSError as error:
            raise FileError(self._path, _unreadable(error)) from None
        if len(block) == 0 and wanted:
            raise FileError(self._path, "was truncated during the upload; nothing was stored in VMRay")
        if len(block) == self._left and FileVersion.of(os.fstat(self._file.fileno())) != self._version:
            raise FileError(self._path, "was changed during the upload; nothing was stored in VMRay")
        self._left -= len(block)
        return block


def _unreadable(error: OSError) -> str:
    return f"could not be read completely ({_why(error)})"


def _why(error: Exception) -> str:
    return (error.strerror or "unknown reason") if isinstance(error, OSError) else "invalid file name"
