"""The documentation of the scenarios."""

from __future__ import annotations

import re
from pathlib import Path

from vmray_emulator.scenarios import SCENARIOS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "limits.md"


def test_the_page_describes_every_scenario() -> None:
    """The table has each scenario, in the order and with the sentence of the code."""
    _, _, after = PAGE.read_text("utf-8").partition("\n| scenario | situation |\n|---|---|\n")
    rows = re.findall(r"^\| `(.+)` \| (.+) \|$", after.partition("\n\n")[0], re.MULTILINE)
    assert rows == [(name, scenario.about) for name, scenario in SCENARIOS.items()]
