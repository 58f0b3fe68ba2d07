"""Build the platform's definition files from the integration's YAML.

The hub's own tool ``mp`` does this too and its result is preferred; this is the counterpart for machines without it,
compared with ``mp`` file by file in ``tests/packaging``. It covers what the integration uses: actions, HTML widgets,
release notes. A value that it does not know (a parameter type, an outcome category) is an error, never a guess.
Field names and numbers are those of ``mp`` 1.35.
"""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml

Json = dict[str, Any]

INTEGRATION_TYPES: Final = {"boolean": 0, "integer": 1, "string": 2, "password": 3}
ACTION_TYPES: Final = {"string": 0, "boolean": 1, "password": 12, "ddl": 15}
WIDGET_SCOPES: Final = {"alert": 0, "case": 1}
DEFINITION_SCOPES: Final = {"case": 0, "alert": 1, "both": 2}
WIDGET_TYPES: Final = {"html": 3}
WIDGET_SIZES: Final = {"half_width": 1, "full_width": 2, "third_width": 3, "two_thirds_width": 4}
OPERATORS: Final = {"and": 0, "or": 1}
MATCHES: Final = {
    "equal": 0,
    "contains": 1,
    "starts_with": 2,
    "not_equal": 5,
    "not_contains": 6,
    "is_empty": 7,
    "is_not_empty": 8,
}
ENTITY_TYPES: Final = {"file_hash": "FILEHASH", "url": "DestinationURL"}
OUTCOMES: Final = {
    "enrich_ioc": ("Enrich IOC (Indicator of Compromise)", "Enrichment"),
    "submit_file": ("Submit File", "Remediation"),
}
"""Outcome category of the AI description -> (its built name, the AI category that it belongs to)."""

MINIMUM_SYSTEM_VERSION: Final = 5.3
PYTHON_VERSIONS: Final = {"3.11": 3}


def definitions(integration: Path) -> dict[str, Any]:
    """Every JSON file of the built form but the scripts.

    Args:
        integration: The source folder.

    Returns:
        Path relative to the built folder -> the JSON value to write there.

    Raises:
        KeyError: A YAML lacks a required key or has a value that this builder does not know.
    """
    head = _load(integration / "definition.yaml")
    with (integration / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    spoken = _optional(integration / "resources/ai/actions_ai_description.yaml")
    actions = {path.stem: _load(path) for path in sorted((integration / "actions").glob("*.yaml"))}
    widgets = {path.stem: _load(path) for path in sorted((integration / "widgets").glob("*.yaml"))}
    notes = [_release_note(note) for note in _load(integration / "release_notes.yaml")]
    files: dict[str, Any] = {
        f"Integration-{head['identifier']}.def": _integration(integration, head, project),
        "RN.json": notes,
    }
    for stem, action in actions.items():
        files[f"ActionsDefinitions/{stem}.actiondef"] = _action(integration, action, spoken.get(action["name"]))
    for stem, widget in widgets.items():
        files[f"Widgets/{stem}.json"] = _widget(widget)
    managers = [path.stem for path in (integration / "core").glob("*.py") if path.stem != "__init__"]
    files[f"{head['identifier']}.fulldetails"] = _full_details(
        head, project, actions.values(), widgets.values(), managers, notes
    )
    return files


def _load(path: Path) -> Any:  # noqa: ANN401  whatever the YAML holds
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _optional(path: Path) -> Json:
    return dict(_load(path)) if path.exists() else {}


def _integration(folder: Path, head: Json, project: Json) -> Json:
    return {
        "Categories": head["categories"],
        "Description": project["description"],
        "DisplayName": head["name"],
        "DocumentationLink": head["documentation_link"],
        "GoogleSecOpsProduct": False,
        "Identifier": head["identifier"],
        "ImageBase64": base64.b64encode((folder / head["image_path"]).read_bytes()).decode(),
        "IntegrationProperties": [_property(parameter) for parameter in head["parameters"]],
        "IsAvailableForCommunity": True,
        "IsCertified": False,
        "IsCustom": False,
        "IsPowerUp": False,
        "MarketingDisplayName": head["name"],
        "MinimumSystemVersion": MINIMUM_SYSTEM_VERSION,
        "PythonVersion": PYTHON_VERSIONS[head["python_version"]],
        "SVGImage": (folder / head["svg_logo_path"]).read_text(encoding="utf-8"),
        "ShouldInstalledInSystem": head.get("should_install_in_system", False),
        "Version": float(project["version"]),
    }


def _property(parameter: Json) -> Json:
    return {
        "IntegrationIdentifier": parameter["integration_identifier"],
        "IsMandatory": parameter["is_mandatory"],
        "PropertyDescription": parameter["description"],
        "PropertyDisplayName": parameter["name"],
        "PropertyName": parameter["name"],
        "PropertyType": INTEGRATION_TYPES[parameter["type"]],
        "Value": parameter["default_value"],
    }


def _action(folder: Path, action: Json, spoken: Json | None) -> Json:
    return {
        "Creator": action["creator"],
        "Description": action["description"],
        "DynamicResultsMetadata": [
            {
                "ResultExample": (folder / result["result_example_path"]).read_text(encoding="utf-8"),
                "ResultName": result["result_name"],
                "ShowResult": result["show_result"],
            }
            for result in action["dynamic_results_metadata"]
        ],
        "IntegrationIdentifier": action["integration_identifier"],
        "IsAsync": action["is_async"],
        "IsCustom": False,
        "IsEnabled": True,
        "Name": action["name"],
        "Parameters": [_parameter(parameter) for parameter in action["parameters"]],
        "ScriptResultName": action["script_result_name"],
        "SimulationDataJson": action["simulation_data_json"],
        "Version": action["version"],
        **(_spoken(spoken) if spoken else {}),
    }


def _parameter(parameter: Json) -> Json:
    default = parameter.get("default_value")
    return {
        "DefaultValue": default,
        "Description": parameter["description"],
        "IsMandatory": parameter["is_mandatory"],
        "Name": parameter["name"],
        "OptionalValues": parameter.get("optional_values"),
        "Type": ACTION_TYPES[parameter["type"]],
        "Value": default,
    }


def _spoken(spoken: Json) -> Json:
    """What the AI description adds to an action's definition; empty lists are left out."""
    outcomes = [OUTCOMES[name] for name in _chosen(spoken["outcome_categories"])]
    lists = {
        "AiCategories": sorted({category for _, category in outcomes}),
        "EntityTypes": [ENTITY_TYPES[name] for name in _chosen(spoken["entity_usage"]["entity_types"])],
        "OutcomeCategories": [name for name, _ in outcomes],
    }
    return {
        "AiDescription": f"{spoken['ai_description']}\n {spoken['parameters_description']}",
        "AiShortDescription": spoken["ai_short_description"],
        "ParametersDescription": spoken["parameters_description"],
        **{name: values for name, values in lists.items() if values},
    }


def _chosen(flags: Mapping[str, object]) -> list[str]:
    return [name for name, value in flags.items() if value is True]


def _widget(widget: Json) -> Json:
    data, group = widget["data_definition"], widget["condition_group"]
    return {
        "ActionIdentifier": widget["action_identifier"],
        "ConditionsGroup": {
            "Conditions": [
                {
                    "CustomOperatorName": condition.get("custom_operator_name"),
                    "FieldName": condition["field_name"],
                    "MatchType": MATCHES[condition["match_type"]],
                    "Value": condition["value"],
                }
                for condition in group["conditions"]
            ],
            "LogicalOperator": OPERATORS[group["logical_operator"]],
        },
        "DataDefinition": {
            "htmlContent": "",
            "htmlHeight": data["html_height"],
            "safeRendering": data["safe_rendering"],
            "type": WIDGET_TYPES[data["type"]],
            "widgetDefinitionScope": DEFINITION_SCOPES[data["widget_definition_scope"]],
        },
        "DefaultSize": WIDGET_SIZES[widget["default_size"]],
        "Description": widget["description"],
        "Scope": WIDGET_SCOPES[widget["scope"]],
        "Title": widget["title"],
        "Type": WIDGET_TYPES[widget["type"]],
    }


def _release_note(note: Json) -> Json:
    day = datetime.strptime(note["publish_time"], "%Y-%m-%d").replace(tzinfo=UTC)
    return {
        "ChangeDescription": note["description"],
        "Deprecated": note["deprecated"],
        "IntroducedInIntegrationVersion": note["version"],
        "ItemName": note["item_name"],
        "ItemType": note["item_type"],
        "New": note["new"],
        "PublishTime": int(day.timestamp()),
        "Regressive": note["regressive"],
        "Removed": note["removed"],
        "TicketNumber": note.get("ticket_number"),
    }


def _full_details(
    head: Json, project: Json, actions: Iterable[Json], widgets: Iterable[Json], managers: list[str], notes: list[Json]
) -> Json:
    return {
        "Actions": sorted(action["name"] for action in actions),
        "Connectors": [],
        "CustomFamilies": [],
        "Description": project["description"],
        "DisplayName": head["name"],
        "DocumentationLink": head["documentation_link"],
        "ExampleUseCases": [],
        "Identifier": head["identifier"],
        "IntegrationProperties": [_property(parameter) for parameter in head["parameters"]],
        "IsCustom": False,
        "Jobs": [],
        "Managers": sorted(managers),
        "MappingRules": [],
        "MinimumSystemVersion": MINIMUM_SYSTEM_VERSION,
        "PackageName": head["name"],
        "ReleaseNotes": _by_version(notes),
        "Version": float(project["version"]),
        "Widgets": sorted(widget["action_identifier"] for widget in widgets),
    }


def _by_version(notes: list[Json]) -> list[Json]:
    versions = dict.fromkeys(note["IntroducedInIntegrationVersion"] for note in notes)
    grouped = {
        version: [note for note in notes if note["IntroducedInIntegrationVersion"] == version] for version in versions
    }
    return [
        {
            "Items": [note["ChangeDescription"] for note in group],
            "PublishTimeUnixTime": max(note["PublishTime"] for note in group) * 1000,
            "Version": version,
        }
        for version, group in grouped.items()
    ]
