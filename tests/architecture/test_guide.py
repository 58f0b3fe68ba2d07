"""CONTRIBUTING.md leads to what is there: files, folders, and the tables that a new action is entered in."""

from __future__ import annotations

import re

import pytest
from tools.hub_step import INTEGRATION, REPOSITORY

GUIDE = (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")
TABLES = {
    "tests/packaging/test_declarations.py": ("ACTIONS", "WITH_JSON", "ASYNCHRONOUS", "ENTITIES"),
    "tests/actions/test_common_causes.py": ("CASES",),
    "tests/actions/test_real_sdk.py": ("STEPS",),
    "tests/architecture/test_flattened_form.py": ("outcomes",),
    "tools/evidence/usage.py": ("USED_BY",),
    "tools/simulation/stage.py": ("ACTIONS", "perform", "_ON"),
    "tools/examples.py": ("fresh_examples",),
    "tools/widgets/build.py": ("ALL",),
}


def test_every_path_that_is_named_exists() -> None:
    """Each is relative to the repository or to the integration; the example is yet to be written."""
    named = set(re.findall(r"`([\w.]+(?:/[\w.*]+)+)`", GUIDE))
    assert len(named) > 10
    own = {name for name in named if "get_screenshots" in name}
    roots = (REPOSITORY, INTEGRATION)
    assert [name for name in sorted(named - own) if not any(list(root.glob(name)) for root in roots)] == []


@pytest.mark.parametrize("path", TABLES)
def test_every_table_of_actions_that_is_named_exists(path: str) -> None:
    """It is a name at the top of its file, and the guide says so."""
    source = (REPOSITORY / path).read_text("utf-8")
    for name in TABLES[path]:
        assert f"`{name}`" in GUIDE
        assert re.search(rf"^(?:def )?{name}\b", source, re.MULTILINE), name
    assert path in GUIDE or path.rpartition("/")[2] in GUIDE
