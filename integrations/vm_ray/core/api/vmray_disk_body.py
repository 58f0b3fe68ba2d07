"""The body of one large response: on the disk while it arrives, in memory only while it is used.

Several large responses can arrive at the same time. On the disk they take no memory. If the disk cannot be used (no
temporary folder, no room), what does not fit there is kept in memory: the response must not be lost because of it.
"""

from __future__ import annotations

import os
from typing import IO, Final

# A body of this size is not worth a file.
MAX_IN_MEMORY: Final = 1024 * 1024


class DiskBody:
    """Collects the blocks of a body; the temporary file has no name and ends with the object."""

    def __init__(self) -> None:
        """Start with an empty body."""
        self._file: IO[bytes] | None = None
        self._is_disk_usable = True
        self._blocks: list[bytes] = []
        self._waiting = 0
        self._on_disk = 0

    def append(self, block: bytes) -> None:
        """Add a block at the end."""
        self._blocks.append(block)
        self._waiting += len(block)
        if self._waiting > MAX_IN_MEMORY and self._is_disk_usable:
            self._write()

    def content(self) -> bytes:
        """Return the whole body, and forget it.

        Raises:
            OSError: The disk does not return what was written to it.
        """
        blocks, self._blocks = self._blocks, []
        if self._file is None:
            return b"".join(blocks)
        with self._file as file:
            written = os.pread(file.fileno(), self._on_disk, 0)
        if len(written) != self._on_disk:
            raise OSError("the temporary file is incomplete")
        return b"".join((written, *blocks)) if blocks else written

    def _write(self) -> None:
        """Write the waiting blocks to the disk; after the first failure, all further blocks stay in memory."""
        from tempfile import TemporaryFile  # noqa: PLC0415 - loaded only for a large body

        data = b"".join(self._blocks)
        try:
            if self._file is None:
                # Closed when the content is read, or with the object.
                self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - open as long as the object is used
            self._is_disk_usable = os.pwrite(self._file.fileno(), data, self._on_disk) == len(data)
        except OSError:
            self._is_disk_usable = False
        if self._is_disk_usable:
            self._on_disk += len(data)
            self._blocks, self._waiting = [], 0
