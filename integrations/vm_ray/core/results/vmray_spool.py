"""Temporary storage for entities until all of them are read: in memory for a few, on disk for many."""

from __future__ import annotations

import json
from tempfile import SpooledTemporaryFile
from typing import Any, Final

MAX_IN_MEMORY: Final = 2 * 1024 * 1024


class Spool:
    """Stores JSON values by name; the temporary file is removed when the process ends."""

    def __init__(self) -> None:
        """Start without values."""
        # Closed with the process: the spool is needed until the end of the run.
        self._file = SpooledTemporaryFile(MAX_IN_MEMORY)  # noqa: SIM115 - open as long as the object is used
        self._places: dict[str, tuple[int, int]] = {}

    def put(self, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Store a value."""
        data = json.dumps(value).encode("ascii")
        self._places[name] = (self._file.tell(), len(data))
        self._file.write(data)

    def get(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of this name; None if there is none."""
        if name not in self._places:
            return None
        start, size = self._places[name]
        self._file.seek(start)
        return json.loads(self._file.read(size))
