"""A temporary file to which data are appended; it saves memory, and nothing depends on it.

If the disk cannot be used (no temporary folder, no room, a limit on the size of files), the data stay with the caller.
"""

from __future__ import annotations

import os
from typing import IO


class ScratchFile:
    """A file without a name, which ends at the latest with the object.

    Attributes:
        size: The number of bytes in it.
    """

    def __init__(self) -> None:
        """Start without a file; the first data create it."""
        self.size = 0
        self._file: IO[bytes] | None = None
        self._is_usable = True

    def append(self, data: bytes) -> bool:
        """Write data at once, without a buffer; return False if they have to stay in memory.

        After the first failure the disk is not used again: another attempt costs time and hardly ever succeeds.
        """
        if not self._is_usable:
            return False
        try:
            written = os.pwrite(self._opened().fileno(), data, self.size)
        except OSError:
            written = -1
        self._is_usable = written == len(data)
        self.size += len(data) if self._is_usable else 0
        return self._is_usable

    def read(self, size: int, start: int = 0) -> bytes:
        """Read data that were appended.

        Raises:
            OSError: The disk does not return what was written to it.
        """
        data = os.pread(self._opened().fileno(), size, start) if size else b""
        if len(data) != size:
            raise OSError(None, "the temporary file is incomplete")
        return data

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.close()

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            from tempfile import TemporaryFile  # noqa: PLC0415 - loaded only for large data

            self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - open as long as the object is used
        return self._file
