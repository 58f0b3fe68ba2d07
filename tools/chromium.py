"""The Chromium that tests, measurements and pictures share: where it is, and how it is started."""

from __future__ import annotations

import shutil
from typing import Final

# Without a sandbox of its own it also runs as root and in containers; it is shown this repository's pages
# only. The other flags keep it from calling home.
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
    """The browser's program, or None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)
