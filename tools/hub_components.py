"""Write the definitions of scripts and widgets with the platform's fields and numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from secops_lab.script_kinds import ACTION, CONNECTOR, JOB, ScriptKind
from tools.ai_schema import ENTITY_TYPES, OUTCOMES, ai_categories, check

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

Json = dict[str, Any]

CONNECTOR_MODES: Final = {"regular": 0, "script": 2}
RULE_TYPES: Final = {"allow_list": 0, "disallow_list": 1}
RUN_INTERVAL: Final = 900
"""Seconds between two runs of a job without a declared interval."""

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


def action_definition(folder: Path, action: Json) -> Json:
    """Return the `.actiondef` of one action, without the fields of its AI description.

    Args:
        folder: The integration's source folder, for the examples of JSON results.
        action: The action's YAML.
    """
    return {
        "Creator": action["creator"],
        "Description": action["description"],
        "DynamicResultsMetadata": [
            {
                "ResultExample": _example(folder / result["result_example_path"]),
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
        "Parameters": [_action_parameter(parameter) for parameter in action["parameters"]],
        "ScriptResultName": action["script_result_name"],
        "SimulationDataJson": action["simulation_data_json"],
        "Version": action["version"],
    }


def _example(path: Path) -> str:
    """Return the example as one line of JSON text, as the platform stores it."""
    return json.dumps(json.loads(path.read_text(encoding="utf-8")))


def _parameter(parameter: Json, kind: ScriptKind) -> Json:
    """Return the fields that parameters of every kind have."""
    numbers = {name: number for number, name in kind.parameter_types.items()}
    return {
        "DefaultValue": parameter.get("default_value"),
        "Description": parameter["description"],
        "IsMandatory": parameter["is_mandatory"],
        "Name": parameter["name"],
        "Type": numbers[parameter["type"]],
    }


def _action_parameter(parameter: Json) -> Json:
    return {
        **_parameter(parameter, ACTION),
        "OptionalValues": parameter.get("optional_values"),
        "Value": parameter.get("default_value"),
    }


def connector_definition(_folder: Path, connector: Json) -> Json:
    """Return the `.connectordef` of one connector."""
    return {
        **_unattended(connector),
        "IsConnectorRulesSupported": connector["is_connector_rules_supported"],
        "Parameters": [
            {
                **_parameter(parameter, CONNECTOR),
                "IsAdvanced": parameter["is_advanced"],
                "Mode": CONNECTOR_MODES[parameter["mode"]],
            }
            for parameter in connector["parameters"]
        ],
        "Rules": [
            {"RuleName": rule["rule_name"], "RuleType": RULE_TYPES[rule["rule_type"]]}
            for rule in connector["rules"]
        ],
    }


def job_definition(_folder: Path, job: Json) -> Json:
    """Return the `.jobdef` of one job."""
    return {
        **_unattended(job),
        "Parameters": [_parameter(parameter, JOB) for parameter in job["parameters"]],
        "RunIntervalInSeconds": job.get("run_interval_in_seconds", RUN_INTERVAL),
    }


def _unattended(script: Json) -> Json:
    """Return the fields that the definitions of connectors and jobs share."""
    return {
        "Creator": script["creator"],
        "Description": script["description"],
        "DocumentationLink": script.get("documentation_link"),
        "Integration": script["integration"],
        "IsCustom": script.get("is_custom", False),
        "IsEnabled": script.get("is_enabled", True),
        "Name": script["name"],
        "Version": script.get("version", 1.0),
    }


def ai_definition(described: Json) -> Json:
    """Return what the AI description adds to an action's definition; empty lists are left out.

    Args:
        described: The action's entry in `resources/ai/actions_ai_description.yaml`.

    Raises:
        UnknownNameError: The entry has an entity type or an outcome category that the hub does not have.
    """
    types = _chosen("entity type", ENTITY_TYPES, described["entity_usage"]["entity_types"])
    outcomes = _chosen("outcome category", OUTCOMES, described["outcome_categories"])
    lists = {
        "AiCategories": ai_categories(outcomes),
        "EntityTypes": [ENTITY_TYPES[name] for name in types],
        "OutcomeCategories": [OUTCOMES[name] for name in outcomes],
    }
    return {
        "AiDescription": f"{described['ai_description']}\n {described['parameters_description']}",
        "AiShortDescription": described["ai_short_description"],
        "ParametersDescription": described["parameters_description"],
        **{name: values for name, values in lists.items() if values},
    }


def _chosen(what: str, allowed: Collection[str], flags: Mapping[str, object]) -> list[str]:
    return [check(what, allowed, name) for name, value in flags.items() if value is True]


def widget_definition(widget: Json) -> Json:
    """Return the JSON of one predefined widget; its HTML is a separate file."""
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
