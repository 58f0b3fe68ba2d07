"""Where entities wait until all are known: in memory while they are few, on disk when they are many."""

from __future__ import annotations

import json
from tempfile import SpooledTemporaryFile
from typing import Any, Final

MAX_IN_MEMORY: Final = 2 * 1024 * 1024


class Spool:
    """Keeps JSON values by name; its file has no name of its own and is gone with the process."""

    def __init__(self) -> None:
        """Start empty."""
        # Closed with the process: the spool lives exactly as long as the run.
        self._file = SpooledTemporaryFile(MAX_IN_MEMORY)  # noqa: SIM115 - stays open as long as the object
        self._places: dict[str, tuple[int, int]] = {}

    def put(self, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Keep a value."""
        data = json.dumps(value).encode("ascii")
        self._places[name] = (self._file.tell(), len(data))
        self._file.write(data)

    def get(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of this name, None where there is none."""
        if name not in self._places:
            return None
        start, size = self._places[name]
        self._file.seek(start)
        return json.loads(self._file.read(size))
