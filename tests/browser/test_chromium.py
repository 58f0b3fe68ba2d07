"""Whether there is a browser to test in."""

from __future__ import annotations

import pytest
from tools.chromium import MISSING, find_chromium


@pytest.mark.skipif(find_chromium() is None, reason=f"{MISSING} to run the browser tests")
def test_the_browser_tests_run_here() -> None:
    """Where there is none, this line says that they were left out and how to have them."""
    assert find_chromium()
