"""Whoever chooses a scenario can read what it is."""

from __future__ import annotations

import re
from pathlib import Path

from vmray_emulator.scenarios import SCENARIOS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "limits.md"


def test_the_page_tells_of_every_scenario() -> None:
    """The table has every scenario, in order, with the sentence that the code has."""
    _, _, after = PAGE.read_text("utf-8").partition("\n| scenario | situation |\n|---|---|\n")
    rows = re.findall(r"^\| `(.+)` \| (.+) \|$", after.partition("\n\n")[0], re.MULTILINE)
    assert rows == [(name, scenario.about) for name, scenario in SCENARIOS.items()]
