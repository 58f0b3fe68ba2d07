"""The file storage of the platform: files by environment, playbook run and identifier."""

from __future__ import annotations

import hashlib
import threading
from typing import Final

FILE_LIMIT: Final = 20 * 1024 * 1024
"""Bytes of a stored file, which is base64; the SDK has the same limit."""


def destination(environment: str, workflow_instance: str | None, identifier: str) -> str:
    """Return the path of a file in the SDK's form; without a playbook run, all runs share their files."""
    run = _hashed(workflow_instance) if workflow_instance else "Default"
    return f"{_hashed(environment)}/{run}/{_hashed(identifier)}"


def _hashed(name: str) -> str:
    return hashlib.sha512(name.encode()).hexdigest()


class FileStorage:
    """Files in base64 by the name of their environment and by path."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[tuple[str, str], bytes] = {}

    def read(self, environment: str, path: str) -> bytes | None:
        """Return a file in base64, or None."""
        with self._lock:
            return self._files.get((environment, path))

    def write(self, environment: str, path: str, data: bytes) -> None:
        """Store a file that is given as base64; replace a file at the same path."""
        with self._lock:
            self._files[environment, path] = data
