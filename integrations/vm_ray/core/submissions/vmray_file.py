"""Files to upload: find the paths, check the files, and read one as a stream.

A file is never loaded into memory as a whole. While a file is sent, it is checked for changes: if the file was changed
or became shorter, the last block is not sent. So VMRay never receives a complete request with a half-changed file.
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
from ...core.api.vmray_errors import FileError, ParameterError, UnsupportedSubjectError
from ...core.api.vmray_spelling import (
    UNSEEN,
    hidden_cause,
    is_quoted,
    opens_quote,
    texts_of_list,
    trimmed,
    unquoted,
)

PATH_PARAMETER: Final = "Sample File Path"
ALLOWED_PATHS: Final = "absolute paths of files, separated by commas"
# In bytes, and a text never has fewer bytes than characters. Linux has no longer path, so longer joins are not checked.
_LONGEST_PATH: Final = 4096
# In characters; no usual file system has longer names.
_LONGEST_NAME: Final = 255


def split_paths(text: str, parameter: str = PATH_PARAMETER) -> list[str]:
    """Split a comma-separated list of absolute paths, each with or without quotes, or read a list in JSON or Python.

    A path that exists as it stands wins over every other reading: its commas, quotes and blanks belong to it.

    Args:
        text: The list.
        parameter: The display name of the parameter, for its error.

    Raises:
        ParameterError: The list contains no path, or a path that is not absolute.
    """
    try:
        paths = texts_of_list(trimmed(text))
    except UnsupportedSubjectError as error:
        raise ParameterError(parameter, f"is not usable ({error})", ALLOWED_PATHS) from None
    named = [path for path in dict.fromkeys(map(_usual, _split(text) if paths is None else paths)) if path]
    if not named:
        raise ParameterError(parameter, "is empty", ALLOWED_PATHS)
    for path in named:
        if not Path(path).is_absolute():
            raise ParameterError(parameter, f'contains "{path}", which is not an absolute path', ALLOWED_PATHS)
    return named


def _split(text: str) -> list[str]:
    pieces = text.split(",")
    paths: list[str] = []
    start = 0
    while start < len(pieces):
        path = _quoted_path(pieces, start) or _longest_path(pieces, start)
        paths.append(path)
        start += path.count(",") + 1
    return paths


def _usual(path: str) -> str:
    """Return a path without the blanks, quotes and invisible characters that are not part of the path on the disk."""
    for spelling in (path, path.lstrip(), path.strip()):
        if Path(spelling).is_absolute() and os.path.lexists(spelling):
            return spelling
    inside = unquoted(path)
    return inside if os.path.lexists(inside) else trimmed(inside)


def _quoted_path(pieces: Sequence[str], start: int) -> str:
    """Join the pieces of a path in quotes; return an empty text if no such path begins with this piece."""
    for end in range(start, len(pieces)):
        if end > start and opens_quote(pieces[end]):
            break
        joined = ",".join(pieces[start : end + 1])
        if not opens_quote(joined) or len(joined) > _LONGEST_PATH:
            break
        if is_quoted(joined):
            return joined
    return ""


def _longest_path(pieces: list[str], start: int) -> str:
    """Join as many pieces as form an existing path; if no such path exists, return the first piece alone.

    A longer join begins with the folder of a shorter one. So joining ends at the first folder that does not exist, and
    the number of checks grows linearly with the pieces.
    """
    longest = joined = pieces[start]
    if not Path(joined.strip()).is_absolute():
        return longest
    existing = ""
    for piece in islice(pieces, start + 1, None):
        joined = f"{joined},{piece}"
        path = joined.strip()
        folder, name = os.path.split(path)
        if len(joined) > _LONGEST_PATH or len(name) > _LONGEST_NAME:
            break
        if folder != existing and not os.path.lexists(folder):
            break
        existing = folder
        if os.path.lexists(path):
            longest = joined
    return longest


def each_once(paths: Sequence[str]) -> list[str]:
    """Remove repeated files, also under another spelling or a link: each submit costs quota."""
    named: dict[str, str] = {}
    for path in paths:
        named.setdefault(os.path.realpath(path), path)
    return list(named.values())


@dataclass(frozen=True, slots=True)
class FileVersion:
    """The version of a file when it was checked; any change of the file gives another value."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileVersion:
        """Return the version from the status of a file."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def check_file(path: str) -> FileVersion:
    """Check that a file can be uploaded.

    Raises:
        FileError: The file does not exist, is not a regular file, cannot be read, or is empty.
    """
    with opened(path) as file:
        return FileVersion.of(os.fstat(file.fileno()))


def opened(path: str) -> BinaryIO:
    """Open a regular file that is not empty; a pipe or a device is rejected without waiting for it.

    Raises:
        FileError: The file cannot be used.
    """
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileError(path, "is a folder" if stat.S_ISDIR(status.st_mode) else "is not a regular file")
        if status.st_size == 0:
            raise FileError(path, "is empty")
        return Path(path).open("rb", buffering=0)
    except FileNotFoundError:
        raise FileError(path, f"does not exist{hidden_cause(path, UNSEEN)}") from None
    except PermissionError:
        raise FileError(path, "cannot be read by this process (permission denied)") from None
    except (OSError, ValueError) as error:
        raise FileError(path, f"cannot be read ({_why(error)})") from None


def too_large(size: int, limit: int) -> str:
    """Return the problem of a file that is larger than VMRay accepts; both numbers are in bytes."""
    return f"has {size} bytes, VMRay accepts at most {limit} ({limit / 2**20:.0f} MiB)"


def sha256_of(path: str, deadline: Deadline) -> str:
    """Return the hash of a file, which is read in blocks.

    Raises:
        FileError: The file cannot be read to its end.
        DeadlineError: The time of the run ended.
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
    """A file as a stream, in the form that a streaming multipart encoder reads: ``read`` and ``len``."""

    def __init__(self, path: str, version: FileVersion, deadline: Deadline) -> None:
        """Open the file.

        Args:
            path: The file.
            version: The version of the file when it was checked.
            deadline: The end of the run; an upload that would take longer is aborted.

        Raises:
            FileError: The file can no longer be used.
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
        """The number of bytes that are not read yet."""
        return self._left

    def read(self, size: int = -1) -> bytes:
        """Return the next block.

        Raises:
            FileError: The file is shorter than before, or was changed while it was read.
            DeadlineError: The time of the run ended.
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
