"""Run the emulator in a separate process, so that it shares no interpreter lock with the measured code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

_SERVE = """
import json, sys
from vmray_emulator import serve
serve(**json.loads(sys.argv[1]), announce=lambda e: print(json.dumps([e.url, e.api_key]), flush=True))
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running emulator.

    Attributes:
        url: The address of the emulator.
        api_key: A valid API key.
        process: The process of the emulator.
    """

    url: str
    api_key: str
    process: subprocess.Popen[str]

    def control(self, method: str, verb: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Send a request to the control API of the emulator."""
        response = requests.request(method, f"{self.url}/_emulator/{verb}", json=body or {}, timeout=300)
        response.raise_for_status()
        return response.json()

    def requests(self) -> list[dict[str, Any]]:
        """Return the API requests since the last call of `forget`."""
        seen: list[dict[str, Any]] = self.control("GET", "requests")
        return seen

    def forget(self) -> None:
        """Clear the list of recorded requests."""
        self.control("DELETE", "requests")

    def known(self, count: int) -> list[str]:
        """Store `count` known samples and return their SHA-256 hashes."""
        hashes: list[str] = self.control("POST", "known_samples", {"count": count})
        return hashes

    @property
    def configuration(self) -> dict[str, str]:
        """The configuration of the integration for this emulator."""
        return {"Api Root": self.url, "Api Key": self.api_key, "Verify SSL": "true"}


@contextmanager
def running_server(**settings: Any) -> Iterator[Server]:  # noqa: ANN401 - the settings of the emulator have several types
    """Run an emulator until the block ends."""
    command = [sys.executable, "-c", _SERVE, json.dumps(settings)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url, api_key = json.loads(process.stdout.readline())
            yield Server(url, api_key, process)
        finally:
            process.terminate()
