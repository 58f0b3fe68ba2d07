"""An emulator of the VMRay REST API on loopback: real sockets, real hashing, emulated analyses.

`EmbeddedEmulator` runs it in a thread, `serve` in the foreground. `verdict_rules` decides the result of each
upload, `faults` lists the faults that a test can order, and `scenarios` the named situations. docs/limits.md
lists what the emulator does not do.
"""

from __future__ import annotations

from vmray_emulator.control import Control
from vmray_emulator.embedded import EmbeddedEmulator, serve
from vmray_emulator.request_log import RecordedRequest
from vmray_emulator.scenarios import KNOWN_NAME, KNOWN_SHA256, SCENARIOS
from vmray_emulator.server import Emulator
from vmray_emulator.versions import SERVER_VERSIONS

__all__ = [
    "KNOWN_NAME",
    "KNOWN_SHA256",
    "SCENARIOS",
    "SERVER_VERSIONS",
    "Control",
    "EmbeddedEmulator",
    "Emulator",
    "RecordedRequest",
    "serve",
]
