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


_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """Return the program of the whole browser, which has windows with tabs, or None."""
    return _first(*_BROWSERS)


def find_headless_chromium() -> str | None:
    """Return Chromium's program without windows, else the whole browser, or None.

    The program without windows draws the same pages with two thirds of the processor time.
    """
    return _first("chromium-headless-shell", *_BROWSERS)


def _first(*names: str) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)
