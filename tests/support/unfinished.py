"""A sample whose only submission is not finished."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from vmray_emulator import EmbeddedEmulator


def unfinished(vmray: EmbeddedEmulator) -> None:
    """Let VMRay analyze one sample, 5001, and let the analysis never end."""
    vmray.control.set_lifecycle("manual")
    form = urlencode({"sample_url": "https://a.example/"}).encode()
    request = urllib.request.Request(f"{vmray.url}/rest/sample/submit", form)  # noqa: S310 - our own loopback server
    request.add_header("Authorization", f"api_key {vmray.api_key}")
    with urllib.request.urlopen(request) as response:  # noqa: S310 - our own loopback server
        response.read()
    vmray.control.forget_requests()
