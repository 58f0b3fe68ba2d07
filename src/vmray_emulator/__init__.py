"""An emulator of the VMRay REST API on loopback: real sockets, real hashing, emulated analyses.

`EmbeddedEmulator` runs it in a thread, `serve` in the foreground. `verdict_rules` decides the result of each
upload, `faults` lists the faults that a test can order, `scenarios` the named situations, `gateways` what can
stand before the server. docs/limits.md lists what the emulator does not do.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from vmray_emulator.gateways import GATEWAYS
from vmray_emulator.scenarios import KNOWN_NAME, KNOWN_SHA256, SCENARIOS
from vmray_emulator.versions import SERVER_VERSIONS

if TYPE_CHECKING:
    from vmray_emulator.control import Control
    from vmray_emulator.embedded import EmbeddedEmulator, serve
    from vmray_emulator.request_log import RecordedRequest
    from vmray_emulator.server import Emulator

__all__ = [
    "GATEWAYS",
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

# These modules import the HTTP server, which costs more than a short command: imported at first use.
_MODULES: Final = {
    "Control": "control",
    "EmbeddedEmulator": "embedded",
    "Emulator": "server",
    "RecordedRequest": "request_log",
    "serve": "embedded",
}


def __getattr__(name: str) -> object:
    """Import a public name at its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
