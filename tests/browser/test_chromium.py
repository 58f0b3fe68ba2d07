"""Whether a browser for the browser tests exists."""

from __future__ import annotations

import pytest
from tools.chromium import MISSING, find_chromium


@pytest.mark.skipif(find_chromium() is None, reason=f"{MISSING} to run the browser tests")
def test_a_browser_is_installed() -> None:
    """Given no browser, the skip message says that the browser tests are left out, and how to install one."""
    assert find_chromium()
