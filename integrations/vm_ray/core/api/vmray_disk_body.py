"""The body of one large response: on the disk while it arrives, in memory only while it is used.

Several large responses can arrive at the same time. On the disk they take no memory. If the disk cannot be used, what
does not fit there is kept in memory: the response must not be lost because of it.
"""

from __future__ import annotations

from contextlib import closing
from typing import Final

from ...core.api.vmray_scratch_file import ScratchFile

# A body of this size is not worth a file.
MAX_IN_MEMORY: Final = 1024 * 1024


class DiskBody:
    """Collects the blocks of a body."""

    def __init__(self) -> None:
        """Start with an empty body."""
        self._disk = ScratchFile()
        self._blocks: list[bytes] = []
        self._waiting = 0

    def append(self, block: bytes) -> None:
        """Add a block at the end; after the first failure of the disk, all further blocks stay in memory."""
        self._blocks.append(block)
        self._waiting += len(block)
        if self._waiting > MAX_IN_MEMORY and self._disk.append(b"".join(self._blocks)):
            self._blocks, self._waiting = [], 0

    def content(self) -> bytes:
        """Return the whole body, and forget it.

        Raises:
            OSError: The disk does not return what was written to it.
        """
        blocks, self._blocks = self._blocks, []
        with closing(self._disk) as disk:
            written = disk.read(disk.size)
        return b"".join((written, *blocks)) if blocks else written
