"""The names in the hub's schema for AI descriptions are complete, and an unknown name is an error."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tools.ai_schema import AI_CATEGORIES, ENTITY_TYPES, OUTCOMES, UnknownNameError, entity_type_names, flags
from tools.hub_components import ai_definition
from tools.hub_definitions import AI_DESCRIPTION, definitions
from tools.hub_errors import PackagingError
from tools.hub_mp import find_mp
from tools.hub_step import INTEGRATION

if TYPE_CHECKING:
    from pathlib import Path

TABLES_OF_MP = """
import json
from mp.core.data_models.integrations.action import metadata as m

members = {value: name for name, value in m.OUTCOME_CATEGORIES_TO_DEF_OUTCOME_CATEGORIES_ENUM.items()}
categories = {"Remediation": m.REMEDIATION_OUTCOME_CATEGORIES, "Enrichment": m.ENRICHMENT_OUTCOME_CATEGORIES}
print(json.dumps({
    "entity_types": m.ENTITY_TYPE_TO_DEF_ENTITY_TYPE,
    "outcomes": {name: value for value, name in members.items()},
    "categories": {name: sorted(members[each] for each in found) for name, found in categories.items()},
    "order": [each.value for each in m._determine_ai_categories(list(members))],
}))
"""


def described(types: dict[str, bool], outcomes: dict[str, bool]) -> dict[str, Any]:
    """Return the AI description of an action with these flags."""
    return {
        "ai_short_description": "Short.",
        "ai_description": "Long.",
        "parameters_description": "None.",
        "entity_usage": {"entity_types": types},
        "outcome_categories": {"reasoning": "", **outcomes},
    }


def test_every_entity_type_and_every_outcome_can_be_built() -> None:
    """Given an action with all flags, then its definition has the built name of each flag."""
    every = described(dict.fromkeys(ENTITY_TYPES, True), dict.fromkeys(OUTCOMES, True))
    built = ai_definition(every)
    assert built["EntityTypes"] == list(ENTITY_TYPES.values())
    assert built["OutcomeCategories"] == list(OUTCOMES.values())
    assert built["AiCategories"] == ["Remediation", "Enrichment"]


def test_an_outcome_without_a_category_adds_none() -> None:
    """Given an action that downloads a file, then the outcome is built, without an AI category."""
    built = ai_definition(described({}, {"download_file": True}))
    assert built["OutcomeCategories"] == ["Download File"]
    assert "AiCategories" not in built


def test_an_entity_type_of_a_declaration_sets_its_flag_or_is_an_error() -> None:
    """Given the platform's name of a type, then the schema's name is found; an unknown name is an error."""
    assert entity_type_names(["ADDRESS", "HOSTNAME", "DestinationURL"]) == {"address", "host_name", "url"}
    with pytest.raises(UnknownNameError, match=r"^the hub has no entity type 'PLANET'; it has ADDRESS, "):
        entity_type_names(["PLANET"])
    with pytest.raises(UnknownNameError, match=r"^the hub has no filter 'size'; it has name, age$"):
        flags("filter", ["name", "age"], ["size"])


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("submit_file: true", "submit_moon: true", "the hub has no outcome category 'submit_moon'; it has "),
        ("file_hash: true", "moon: true", "the hub has no entity type 'moon'; it has "),
    ],
)
def test_an_unknown_name_in_the_description_is_an_error(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    """Given an unknown flag, then the error names the file, the action and the flag."""
    copy = tmp_path / "vm_ray"
    shutil.copytree(INTEGRATION, copy, ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / AI_DESCRIPTION
    text = file.read_text("utf-8")
    action = next(name for name, entry in yaml.safe_load(text).items() if old in yaml.safe_dump(entry))
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(PackagingError) as refused:
        definitions(copy)
    assert str(refused.value).startswith(f"{AI_DESCRIPTION}: {action}: {reason}")


def test_the_names_are_those_of_mp() -> None:
    """Given the hub's tool, then it has the same names, built names and categories, in the same order."""
    mp = find_mp()
    if mp is None:
        pytest.skip("MP names no mp, the content hub's tool, and none is on the PATH")
    interpreter = mp.read_text("utf-8").splitlines()[0].removeprefix("#!")
    done = subprocess.run(
        [interpreter, "-c", TABLES_OF_MP], capture_output=True, text=True, check=False, cwd=mp.parent
    )
    assert done.returncode == 0, done.stderr
    of_mp = json.loads(done.stdout)
    assert of_mp == {
        "entity_types": ENTITY_TYPES,
        "outcomes": OUTCOMES,
        "categories": {name: sorted(members) for name, members in AI_CATEGORIES.items()},
        "order": list(AI_CATEGORIES),
    }
    assert list(of_mp["entity_types"]) == list(ENTITY_TYPES)
    assert list(of_mp["outcomes"]) == list(OUTCOMES)
