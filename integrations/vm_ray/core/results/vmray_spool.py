"""Temporary storage for entities until all of them are read: in memory for a few, on disk for many.

If the disk cannot be used, what does not fit is kept in memory: what was found must not be lost at the last step.
"""

from __future__ import annotations

import json
from typing import Any, Final

from ...core.api.vmray_scratch_file import ScratchFile

MAX_IN_MEMORY: Final = 2 * 1024 * 1024


class SpoolError(Exception):
    """A value cannot be read from the disk again; the text is the reason."""


class Spool:
    """Stores JSON values by name."""

    def __init__(self) -> None:
        """Start without values."""
        self._memory: dict[str, bytes] = {}
        self._in_memory = 0
        self._places: dict[str, tuple[int, int]] = {}
        self._disk = ScratchFile()

    def put(self, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Store a value; each name is used once."""
        data = json.dumps(value).encode("ascii")
        start = self._disk.size
        if self._in_memory + len(data) > MAX_IN_MEMORY and self._disk.append(data):
            self._places[name] = (start, len(data))
        else:
            self._memory[name] = data
            self._in_memory += len(data)

    def get(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of this name; None if there is none.

        Raises:
            SpoolError: The value was on the disk and cannot be read again.
        """
        if name in self._memory:
            return json.loads(self._memory[name])
        if name not in self._places:
            return None
        start, size = self._places[name]
        try:
            return json.loads(self._disk.read(size, start))
        except OSError as error:
            raise SpoolError(error.strerror) from None
        except ValueError:
            raise SpoolError("the temporary file is damaged") from None
