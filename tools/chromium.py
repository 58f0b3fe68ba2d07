"""Find the Chromium that tests, measurements and pictures share, and name its flags."""

from __future__ import annotations

import shutil
from typing import Final

# Without its sandbox Chromium also runs as root and in containers; it opens only this repository's pages.
# The other flags prevent requests to Google.
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING: Final = "no Chromium here: install Debian's package `chromium`"


def find_chromium() -> str | None:
    """Return the browser's program, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)
