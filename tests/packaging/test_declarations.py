"""Every declaration is complete: scripts, texts, JSON examples, widgets, versions and the AI description.

Names, types and defaults are compared with `contract.json` (see `test_contract`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tools.contract import read_contract
from tools.hub_step import INTEGRATION

if TYPE_CHECKING:
    from pathlib import Path

ACTIONS: dict[str, dict[str, Any]] = read_contract()["actions"]
WITH_JSON = [stem for stem, action in ACTIONS.items() if action["json_result"]]
IOC_TYPES = ("domains", "emails", "files", "ips", "mutexes", "processes", "registry", "urls")

every_action = pytest.mark.parametrize("stem", ACTIONS)


def load(path: Path) -> Any:  # noqa: ANN401 - any YAML value
    """Return the parsed YAML of one file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def action(stem: str) -> dict[str, Any]:
    """Return the declaration of one action."""
    return dict(load(INTEGRATION / "actions" / f"{stem}.yaml"))


def test_the_integration_is_configured_by_three_parameters() -> None:
    """Given the definition, then its parameters have the names of the published documentation."""
    head = load(INTEGRATION / "definition.yaml")
    assert (head["identifier"], head["name"]) == ("VMRay", "VMRay")
    assert [tuple(each.values()) for each in read_contract()["parameters"]] == [
        ("Api Root", "string", True, "https://cloud.vmray.com"),
        ("Api Key", "password", True, ""),
        ("Verify SSL", "boolean", False, True),
    ]


def test_every_declaration_has_its_script() -> None:
    """Given the folder of actions, then each declaration has a script and each script a declaration."""
    scripts = {path.stem for path in (INTEGRATION / "actions").glob("*.py")} - {"__init__"}
    assert scripts == set(ACTIONS)


@every_action
def test_an_action_belongs_to_the_integration(stem: str) -> None:
    """Given an action, then it names the integration, and its script result has one of two names."""
    declared = action(stem)
    assert declared["integration_identifier"] == "VMRay"
    assert declared["script_result_name"] in ("is_success", "outcome")


@every_action
def test_descriptions_are_sentences_within_the_limits(stem: str) -> None:
    """Given an action, then all descriptions are sentences within the platform's limits."""
    declared = action(stem)
    texts = [declared["description"], *(one["description"] for one in declared["parameters"])]
    assert all(text.endswith(".") and "\n" not in text for text in texts)
    assert max(len(text) for text in texts) <= 2050
    for parameter in declared["parameters"]:
        if parameter["name"] == "IOC Type Filter":
            assert all(kind in parameter["description"] for kind in IOC_TYPES)


@every_action
def test_json_results_have_an_example_from_a_real_run(stem: str) -> None:
    """Given an action with a JSON result, then it has an example, and the example is JSON."""
    results = action(stem)["dynamic_results_metadata"]
    expected = [f"resources/{stem}_JsonResult_example.json"] if stem in WITH_JSON else []
    assert [result["result_example_path"] for result in results] == expected
    assert all((result["result_name"], result["show_result"]) == ("JsonResult", True) for result in results)
    for path in expected:
        assert json.loads((INTEGRATION / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("stem", WITH_JSON)
def test_widgets_belong_to_actions_with_json(stem: str) -> None:
    """Given an action with a JSON result, then one widget has the action's display name."""
    widget = load(INTEGRATION / "widgets" / f"{stem}.yaml")
    assert widget["action_identifier"] == ACTIONS[stem]["name"]
    assert (INTEGRATION / "widgets" / f"{stem}.html").is_file()


def test_versions_agree() -> None:
    """Given the version 14.0, then the project, the newest release note and every action have it."""
    project = (INTEGRATION / "pyproject.toml").read_text(encoding="utf-8")
    assert 'version = "14.0"' in project
    assert load(INTEGRATION / "release_notes.yaml")[-1]["version"] == pytest.approx(14.0)
    assert {action(stem)["version"] for stem in ACTIONS} == {14.0}


def test_the_ai_description_has_exactly_the_declared_actions() -> None:
    """Given the description for the platform's AI, then it has the same actions, parameters and entities."""
    descriptions = load(INTEGRATION / "resources" / "ai" / "actions_ai_description.yaml")
    assert set(descriptions) == {action["name"] for action in ACTIONS.values()}
    for declared in ACTIONS.values():
        entry = descriptions[declared["name"]]
        assert all(each["name"] in entry["parameters_description"] for each in declared["parameters"])
        assert declared["entities"] or not entry["capabilities"]["can_update_entities"]
        chosen = [kind for kind, value in entry["entity_usage"]["entity_types"].items() if value]
        assert len(chosen) == len(declared["entities"])
        assert sorted(entry) == [
            "ai_description",
            "ai_short_description",
            "capabilities",
            "entity_usage",
            "outcome_categories",
            "parameters_description",
        ]


def test_there_is_no_lock_file_and_no_local_path() -> None:
    """Given the integration's folder, then it has no lock file, and the SDK has a public address."""
    assert not (INTEGRATION / "uv.lock").exists()
    project = (INTEGRATION / "pyproject.toml").read_text(encoding="utf-8")
    assert 'soar-sdk = { git = "https://github.com/' in project
    assert "path" not in project
