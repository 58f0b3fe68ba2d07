"""What an integration folder declares: its configuration, its actions and their parameters.

Two forms of folder are read: the source form of the hub (`definition.yaml`, `actions/*.yaml`) and the built
form that the platform unpacks (`Integration-<Id>.def`, `ActionsDefinitions/*.actiondef`, both JSON).
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from pathlib import Path


# The loader in C reads the same documents in a seventh of the time; a PyYAML without libyaml lacks it.
_LOADER: Final[type[yaml.SafeLoader | yaml.CSafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ManifestError(Exception):
    """The folder is no integration, or a definition in it cannot be read; the text says which and why."""


class Form(Enum):
    """How the integration's folder is laid out."""

    SOURCE = "source"
    BUILT = "built"


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """One parameter of an action or of the integration's configuration.

    Attributes:
        name: The exact name.
        type: The type's name, such as `string`, `boolean`, `password`.
        mandatory: Whether a value must be given.
        default: The default value as text; empty when there is none.
        description: What it means.
        optional_values: The values to choose from, for types that offer a choice.
    """

    name: str
    type: str
    mandatory: bool
    default: str
    description: str
    optional_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action: `name` is what analysts see, `stem` the name of its script."""

    name: str
    stem: str
    description: str
    is_async: bool
    parameters: tuple[ParameterSpec, ...]


@dataclass(frozen=True, slots=True)
class IntegrationSpec:
    """An integration's folder, read.

    Attributes:
        identifier: The identifier on the platform.
        name: The display name.
        version: The version as the platform reports it.
        folder: The folder.
        form: Its layout.
        configuration: The configuration parameters.
        actions: The actions, by name.
    """

    identifier: str
    name: str
    version: float
    folder: Path
    form: Form
    configuration: tuple[ParameterSpec, ...]
    actions: tuple[ActionSpec, ...]

    def action(self, name: str) -> ActionSpec | None:
        """The action of this name or script stem, or None."""
        return next((action for action in self.actions if name in {action.name, action.stem}), None)


# The numbers that stand for types in the built form.
_CONFIGURATION_TYPES: Final = {
    0: "boolean",
    1: "integer",
    2: "string",
    3: "password",
    4: "ip",
    5: "ip_or_host",
    6: "url",
    7: "domain",
    8: "email",
    9: "values",
    10: "values_as_semicolon_separated",
    11: "multi_value_selection",
    12: "script",
    13: "numerical_values",
}
_ACTION_TYPES: Final = {
    0: "string",
    1: "boolean",
    2: "playbook_name",
    3: "user",
    4: "stage",
    5: "close_case_reasons",
    6: "close_root_cause",
    7: "case_priorities",
    10: "email_content",
    11: "content",
    12: "password",
    13: "entity_type",
    14: "multi_values",
    15: "ddl",
    16: "code",
    17: "time_span_seconds",
    21: "multi_choice_parameter",
}


def load_integration(folder: Path) -> IntegrationSpec:
    """Read an integration's folder in either form.

    Raises:
        ManifestError: If it is not the folder of an integration, or a definition in it is incomplete.
    """
    folder = folder.resolve()
    definitions = sorted(folder.glob("Integration-*.def"))
    try:
        if (folder / "definition.yaml").is_file():
            return _source(folder)
        if definitions:
            return _built(folder, definitions[0])
    except (KeyError, TypeError, ValueError, AttributeError, OSError, yaml.YAMLError) as error:
        msg = f"{folder}: a definition is incomplete or unreadable: {error!r}"
        raise ManifestError(msg) from error
    msg = f"{folder} is not an integration: it has neither definition.yaml nor Integration-*.def"
    raise ManifestError(msg)


def _source(folder: Path) -> IntegrationSpec:
    definition = _read_yaml(folder / "definition.yaml")
    actions = []
    for path in sorted((folder / "actions").glob("*.yaml")):
        action = _read_yaml(path)
        parameters = tuple(_source_parameter(one) for one in action.get("parameters") or ())
        is_async = bool(action.get("is_async", False))
        actions.append(
            ActionSpec(action["name"], path.stem, action.get("description", ""), is_async, parameters)
        )
    return IntegrationSpec(
        identifier=definition["identifier"],
        name=definition.get("name", definition["identifier"]),
        version=_project_version(folder / "pyproject.toml"),
        folder=folder,
        form=Form.SOURCE,
        configuration=tuple(_source_parameter(one) for one in definition.get("parameters") or ()),
        actions=tuple(sorted(actions, key=lambda action: action.name)),
    )


def _built(folder: Path, definition_file: Path) -> IntegrationSpec:
    definition = json.loads(definition_file.read_text(encoding="utf-8-sig"))
    actions = []
    for path in sorted((folder / "ActionsDefinitions").glob("*.actiondef")):
        action = json.loads(path.read_text(encoding="utf-8-sig"))
        parameters = tuple(_built_parameter(one) for one in action.get("Parameters") or ())
        is_async = bool(action.get("IsAsync", False))
        actions.append(
            ActionSpec(action["Name"], path.stem, action.get("Description", ""), is_async, parameters)
        )
    return IntegrationSpec(
        identifier=definition["Identifier"],
        name=definition.get("DisplayName", definition["Identifier"]),
        version=float(definition.get("Version", 1.0)),
        folder=folder,
        form=Form.BUILT,
        configuration=tuple(_built_property(one) for one in definition.get("IntegrationProperties") or ()),
        actions=tuple(sorted(actions, key=lambda action: action.name)),
    )


def _read_yaml(path: Path) -> dict[str, Any]:
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both are safe loaders
    if not isinstance(loaded, dict):
        msg = f"{path.name} holds no mapping"
        raise TypeError(msg)
    return loaded


def _project_version(path: Path) -> float:
    if not path.is_file():
        return 1.0
    return float(tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"])


def _text(value: object) -> str:
    """A default as the platform sends it: text, with booleans in small letters."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _source_parameter(raw: dict[str, Any]) -> ParameterSpec:
    return ParameterSpec(
        name=raw["name"],
        type=str(raw["type"]),
        mandatory=bool(raw.get("is_mandatory", False)),
        default=_text(raw.get("default_value")),
        description=raw.get("description") or "",
        optional_values=tuple(_text(one) for one in raw.get("optional_values") or ()),
    )


def _built_parameter(raw: dict[str, Any]) -> ParameterSpec:
    return ParameterSpec(
        name=raw["Name"],
        type=_ACTION_TYPES.get(raw["Type"], "string"),
        mandatory=bool(raw.get("IsMandatory", False)),
        default=_text(raw.get("DefaultValue")),
        description=raw.get("Description") or "",
        optional_values=tuple(_text(one) for one in raw.get("OptionalValues") or ()),
    )


def _built_property(raw: dict[str, Any]) -> ParameterSpec:
    return ParameterSpec(
        name=raw["PropertyName"],
        type=_CONFIGURATION_TYPES.get(raw["PropertyType"], "string"),
        mandatory=bool(raw.get("IsMandatory", False)),
        default=_text(raw.get("Value")),
        description=raw.get("PropertyDescription") or "",
    )
