"""Temporary storage for entities until all of them are read: in memory for a few, on disk for many.

The disk only saves memory. If it cannot be used (no temporary folder, no room, a limit on the size of files), then what
does not fit is kept in memory: what was found must not be lost at the last step.
"""

from __future__ import annotations

import json
import os
from tempfile import TemporaryFile
from typing import IO, Any, Final

MAX_IN_MEMORY: Final = 2 * 1024 * 1024


class SpoolError(Exception):
    """A value cannot be read from the disk again; the text is the reason."""


class Spool:
    """Stores JSON values by name; the temporary file is removed when the process ends."""

    def __init__(self) -> None:
        """Start without values."""
        self._memory: dict[str, bytes] = {}
        self._in_memory = 0
        self._places: dict[str, tuple[int, int]] = {}
        self._file: IO[bytes] | None = None
        self._end = 0
        self._is_disk_usable = True

    def put(self, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Store a value; each name is used once."""
        data = json.dumps(value).encode("ascii")
        if self._in_memory + len(data) <= MAX_IN_MEMORY or not self._write(name, data):
            self._memory[name] = data
            self._in_memory += len(data)

    def get(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of this name; None if there is none.

        Raises:
            SpoolError: The value was on the disk and cannot be read again.
        """
        if name in self._memory:
            return json.loads(self._memory[name])
        if self._file is None or name not in self._places:
            return None
        start, size = self._places[name]
        try:
            return json.loads(os.pread(self._file.fileno(), size, start))
        except OSError as error:
            raise SpoolError(error.strerror) from None
        except ValueError:
            raise SpoolError("the file is damaged") from None

    def _write(self, name: str, data: bytes) -> bool:
        """Write a value to the disk at once, without a buffer; return False if it has to stay in memory.

        After the first failure the disk is not used again: another attempt costs time and hardly ever succeeds.
        """
        if not self._is_disk_usable:
            return False
        try:
            if self._file is None:
                # Closed with the process: the spool is needed until the end of the run.
                self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - open as long as the object is used
            self._is_disk_usable = os.pwrite(self._file.fileno(), data, self._end) == len(data)
        except OSError:
            self._is_disk_usable = False
        if self._is_disk_usable:
            self._places[name] = (self._end, len(data))
            self._end += len(data)
        return self._is_disk_usable
