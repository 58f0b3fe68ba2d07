"""Temporary files for content that comes from the platform, so that it is sent as a stream like any file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from ...core.api.vmray_errors import FileError


class PrivateFiles:
    """Files that only this user can read; all are removed at the end, also after an error."""

    def __init__(self) -> None:
        """Start without a file; the folder is created for the first one."""
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def write(self, name: str, blocks: Iterable[bytes]) -> str:
        """Write one file, and return its path.

        Args:
            name: The name for the analyst; the name of the file on the disk is random.
            blocks: The content, in one or more blocks.

        Raises:
            FileError: The disk cannot store the file.
        """
        path = ""
        try:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="vmray-submit-", ignore_cleanup_errors=True)
            handle, path = tempfile.mkstemp(dir=self._folder.name)  # with the mode 0600
            with os.fdopen(handle, "wb", buffering=0) as file:
                for block in blocks:
                    left = memoryview(block)
                    while left:  # a write may take only a part
                        left = left[file.write(left) :]
        except OSError as error:
            if path:
                Path(path).unlink(missing_ok=True)  # the next file may have room
            raise FileError(name, f"could not be stored in a temporary file ({error.strerror})") from None
        return path
