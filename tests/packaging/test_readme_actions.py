"""Both READMEs have the actions of the declarations in their table, and say rightly which of them wait."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.hub_step import INTEGRATION

from secops_lab.manifest import load_integration

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("readme", "heading", "waits"),
    [
        ("README.md", "| action | does | waits for an analysis |", {"yes": True, "no": False}),
        ("README.es.md", "| acción | qué hace | espera a un análisis |", {"sí": True, "no": False}),
    ],
)
def test_the_table_names_every_action_and_whether_it_waits(
    readme: str, heading: str, waits: dict[str, bool]
) -> None:
    """One row for each action, by its display name; those that wait are the asynchronous ones."""
    _, _, after = (ROOT / readme).read_text("utf-8").partition(f"{heading}\n")
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", after.partition("\n\n")[0], re.MULTILINE)
    assert sorted((name, waits[word]) for name, word in rows) == [
        (action.name, action.is_async) for action in load_integration(INTEGRATION).actions
    ]
