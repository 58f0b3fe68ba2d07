"""What the integration declares is the contract: playbooks refer to these names, types and defaults.

`ACTIONS`, `WITH_JSON`, `ASYNCHRONOUS` and `ENTITIES` are the one place outside of the declarations that holds
it: an action that is new, or that changes on purpose, is written down here as well.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tools.hub_step import INTEGRATION

if TYPE_CHECKING:
    from pathlib import Path

Parameter = tuple[str, str, bool, object]
"""Name, type, mandatory, default."""

SUBMIT: list[Parameter] = [("Tag Names", "string", False, ""), ("Comment", "string", False, "")]


def scan(ioc_types: str) -> list[Parameter]:
    """The parameters that both scans share, with the IOC types that one of them returns by default."""
    return [
        ("Threat Indicator Score Threshold", "string", True, "3"),
        ("IOC Type Filter", "string", True, ioc_types),
        ("IOC Verdict Filter", "string", True, "Malicious, Suspicious"),
        ("Max IOCs To Return", "string", False, "10"),
        ("Max Threat Indicators To Return", "string", False, "10"),
        ("Create Insight", "boolean", False, True),
        ("Only Suspicious Insight", "boolean", False, False),
    ]


ACTIONS: dict[str, tuple[str, list[Parameter]]] = {
    "ping": ("Ping", []),
    "add_tag_to_submission": (
        "Add Tag to Submission",
        [("Submission ID", "string", True, ""), ("Tag Name", "string", True, "")],
    ),
    "scan_hash": ("Scan Hash", scan("ips, files, emails, urls, domains")),
    "scan_url": ("Scan URL", [*SUBMIT, *scan("ips, urls, domains")]),
    "upload_file_and_get_report": (
        "Upload File And Get Report",
        [("Sample File Path", "string", True, ""), *SUBMIT],
    ),
}
WITH_JSON = {"scan_hash", "scan_url", "upload_file_and_get_report"}
ASYNCHRONOUS = {"scan_url", "upload_file_and_get_report"}
ENTITIES = {"scan_hash": ["FILEHASH"], "scan_url": ["DestinationURL"]}
IOC_TYPES = ("domains", "emails", "files", "ips", "mutexes", "processes", "registry", "urls")

every_action = pytest.mark.parametrize("stem", ACTIONS)


def load(path: Path) -> Any:  # noqa: ANN401 - whatever the YAML holds
    """The YAML of one file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def action(stem: str) -> dict[str, Any]:
    """The declaration of one action."""
    return dict(load(INTEGRATION / "actions" / f"{stem}.yaml"))


def shape(parameters: list[dict[str, Any]]) -> list[Parameter]:
    """Parameters without their descriptions."""
    return [(one["name"], one["type"], one["is_mandatory"], one["default_value"]) for one in parameters]


def test_the_integration_is_configured_by_three_parameters() -> None:
    """Api Root, Api Key and Verify SSL, spelled as the integration's published documentation spells them."""
    head = load(INTEGRATION / "definition.yaml")
    assert (head["identifier"], head["name"]) == ("VMRay", "VMRay")
    assert shape(head["parameters"]) == [
        ("Api Root", "string", True, "https://cloud.vmray.com"),
        ("Api Key", "password", True, ""),
        ("Verify SSL", "boolean", False, True),
    ]


def test_every_action_of_the_contract_is_declared_and_has_its_script() -> None:
    """Every declaration has a script and every script a declaration, and the contract knows them all."""
    folder = INTEGRATION / "actions"
    assert {path.stem for path in folder.glob("*.yaml")} == set(ACTIONS)
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(ACTIONS)


@every_action
def test_an_action_declares_its_contract(stem: str) -> None:
    """Display name, parameters in order, types, mandatory flags and defaults are those of the contract."""
    declared = action(stem)
    name, parameters = ACTIONS[stem]
    assert declared["name"] == name
    assert shape(declared["parameters"]) == parameters
    assert declared["integration_identifier"] == "VMRay"
    assert declared["is_async"] is (stem in ASYNCHRONOUS)
    assert declared["script_result_name"] == "is_success"
    assert json.loads(declared["simulation_data_json"]) == {"Entities": ENTITIES.get(stem, [])}


@every_action
def test_descriptions_help_and_fit(stem: str) -> None:
    """Each action and parameter is described, as a sentence, within the platform's limits."""
    declared = action(stem)
    texts = [declared["description"], *(one["description"] for one in declared["parameters"])]
    assert all(text.endswith(".") and "\n" not in text for text in texts)
    assert max(len(text) for text in texts) <= 2050
    for parameter in declared["parameters"]:
        if parameter["name"] == "IOC Type Filter":
            assert all(kind in parameter["description"] for kind in IOC_TYPES)


@every_action
def test_json_results_have_an_example_from_a_real_run(stem: str) -> None:
    """Actions with a JSON result point to its example, and the example is JSON."""
    results = action(stem)["dynamic_results_metadata"]
    expected = [f"resources/{stem}_JsonResult_example.json"] if stem in WITH_JSON else []
    assert [result["result_example_path"] for result in results] == expected
    assert all((result["result_name"], result["show_result"]) == ("JsonResult", True) for result in results)
    for path in expected:
        assert json.loads((INTEGRATION / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("stem", sorted(WITH_JSON))
def test_widgets_belong_to_actions_with_json(stem: str) -> None:
    """Each action with a JSON result has one widget, bound to the action's display name."""
    widget = load(INTEGRATION / "widgets" / f"{stem}.yaml")
    assert widget["action_identifier"] == ACTIONS[stem][0]
    assert (INTEGRATION / "widgets" / f"{stem}.html").is_file()


def test_versions_agree() -> None:
    """pyproject, the newest release note and every action carry version 14.0."""
    project = (INTEGRATION / "pyproject.toml").read_text(encoding="utf-8")
    assert 'version = "14.0"' in project
    assert load(INTEGRATION / "release_notes.yaml")[-1]["version"] == pytest.approx(14.0)
    assert {action(stem)["version"] for stem in ACTIONS} == {14.0}


def test_the_ai_description_knows_every_action_and_nothing_else() -> None:
    """What the platform's AI is told agrees with what the declarations say."""
    spoken = load(INTEGRATION / "resources" / "ai" / "actions_ai_description.yaml")
    assert list(spoken) == [name for name, _ in ACTIONS.values()]
    for stem, (name, parameters) in ACTIONS.items():
        entry = spoken[name]
        assert all(parameter[0] in entry["parameters_description"] for parameter in parameters)
        assert entry["capabilities"]["can_update_entities"] is (stem in ENTITIES)
        chosen = [kind for kind, value in entry["entity_usage"]["entity_types"].items() if value]
        assert len(chosen) == len(ENTITIES.get(stem, []))
        assert sorted(entry) == [
            "ai_description",
            "ai_short_description",
            "capabilities",
            "entity_usage",
            "outcome_categories",
            "parameters_description",
        ]


def test_no_committed_file_locks_or_names_a_machine() -> None:
    """The lock file is made when packaging, and the SDK's source is a public address."""
    assert not (INTEGRATION / "uv.lock").exists()
    project = (INTEGRATION / "pyproject.toml").read_text(encoding="utf-8")
    assert 'soar-sdk = { git = "https://github.com/' in project
    assert "path" not in project
