"""Build the platform's definition files from the integration's YAML.

The hub's own tool `mp` builds the same files, and its result is preferred. This builder is for machines
without `mp`; `tests/packaging` compares both results file by file. The builder supports what the integration
uses: actions, connectors, jobs, HTML widgets (`hub_components`) and release notes. Mapping rules and custom
families are not supported. An unknown value (a parameter type, an outcome category) is an error that names
the value and its file. Field names and numbers are those of `mp` 1.35.
"""

from __future__ import annotations

import base64
import tomllib
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from secops_lab.script_kinds import ACTION, CONFIGURATION_TYPES, CONNECTOR, JOB, SCRIPT_KINDS, ScriptKind
from secops_lab.yaml_text import read_yaml
from tools.ai_schema import UnknownNameError
from tools.hub_components import (
    Json,
    action_definition,
    ai_definition,
    connector_definition,
    job_definition,
    widget_definition,
)
from tools.hub_errors import PackagingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INTEGRATION_TYPES: Final = {name: number for number, name in CONFIGURATION_TYPES.items()}
MINIMUM_SYSTEM_VERSION: Final = 5.3
PYTHON_VERSIONS: Final = {"3.11": 3}
AI_DESCRIPTION: Final = "resources/ai/actions_ai_description.yaml"


def definitions(integration: Path) -> dict[str, Any]:
    """Return every JSON file of the built form.

    Args:
        integration: The source folder.

    Returns:
        Path relative to the built folder -> the JSON value to write there.

    Raises:
        PackagingError: A YAML lacks a required key or has an unknown value.
    """
    head = _load(integration / "definition.yaml")
    with _keys_of("definition.yaml or pyproject.toml"), (integration / "pyproject.toml").open("rb") as file:
        built = _integration(integration, head, tomllib.load(file)["project"])
    with _keys_of("release_notes.yaml"):
        notes = [_release_note(note) for note in _load(integration / "release_notes.yaml")]
    scripts = {kind: _scripts(integration, kind) for kind in SCRIPT_KINDS}
    widgets = _widgets(integration)
    names = {
        **{kind.listed_as: [script["Name"] for script in of.values()] for kind, of in scripts.items()},
        "Managers": sorted(
            path.stem for path in (integration / "core").rglob("*.py") if path.stem != "__init__"
        ),
        "Widgets": [widget["ActionIdentifier"] for widget in widgets.values()],
    }
    return {
        f"Integration-{head['identifier']}.def": built,
        f"{head['identifier']}.fulldetails": _full_details(built, names, notes),
        "RN.json": notes,
        **{
            f"{kind.definitions}/{stem}{kind.suffix}": script
            for kind, of in scripts.items()
            for stem, script in of.items()
        },
        **{f"Widgets/{stem}.json": widget for stem, widget in widgets.items()},
    }


@contextmanager
def _keys_of(file: str) -> Iterator[None]:
    """Turn a missing key into an error that names the key and the file."""
    try:
        yield
    except KeyError as error:
        raise PackagingError(
            f"{file}: {error} is missing, or has no counterpart in the built form"
        ) from error


def _scripts(integration: Path, kind: ScriptKind) -> dict[str, Json]:
    """Return the built definition of each script of a kind by the stem of its file."""
    built = {}
    for stem, script in _components(integration / kind.source).items():
        with _keys_of(f"{kind.source}/{stem}.yaml"):
            built[stem] = BUILDERS[kind](integration, script)
    return built


def _action(integration: Path, action: Json) -> Json:
    built = action_definition(integration, action)
    with _keys_of(AI_DESCRIPTION):
        described = _load(integration / AI_DESCRIPTION)[action["name"]]
        try:
            return built | ai_definition(described)
        except UnknownNameError as error:
            raise PackagingError(f"{AI_DESCRIPTION}: {action['name']}: {error}") from error


BUILDERS: Final = {ACTION: _action, CONNECTOR: connector_definition, JOB: job_definition}
"""Kind of script -> function that makes a built definition from (source folder, YAML)."""


def _widgets(integration: Path) -> dict[str, Json]:
    """Return the built definition of each widget by the stem of its file."""
    built = {}
    for stem, widget in _components(integration / "widgets").items():
        with _keys_of(f"widgets/{stem}.yaml"):
            built[stem] = widget_definition(widget)
    return built


def _load(path: Path) -> Any:  # noqa: ANN401 - whatever the YAML holds
    return _parsed(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)  # the AI descriptions of all actions are one large file, which is read for each action
def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever the YAML holds
    return read_yaml(text)


def _components(folder: Path) -> dict[str, Json]:
    return {path.stem: _load(path) for path in sorted(folder.glob("*.yaml"))}


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


def _full_details(integration: Json, names: dict[str, list[str]], notes: list[Json]) -> Json:
    """Return the summary that the platform shows before an import.

    Args:
        integration: The built definition of the integration.
        names: Display names of the scripts of each kind, module names of the managers, the actions that have
            widgets.
        notes: The built release notes.
    """
    shared = ("Description", "DisplayName", "DocumentationLink", "Identifier", "IntegrationProperties")
    return {
        **{key: integration[key] for key in (*shared, "MinimumSystemVersion", "Version")},
        **{what: sorted(listed) for what, listed in names.items()},
        **{what: [] for what in ("CustomFamilies", "ExampleUseCases", "MappingRules")},
        "IsCustom": False,
        "PackageName": integration["DisplayName"],
        "ReleaseNotes": _by_version(notes),
    }


def _by_version(notes: list[Json]) -> list[Json]:
    groups: dict[float, list[Json]] = {}
    for note in notes:
        groups.setdefault(note["IntroducedInIntegrationVersion"], []).append(note)
    return [
        {
            "Items": [note["ChangeDescription"] for note in group],
            "PublishTimeUnixTime": max(note["PublishTime"] for note in group) * 1000,
            "Version": version,
        }
        for version, group in groups.items()
    ]
