"""What an integration folder declares: its configuration, its scripts and their parameters.

Two forms of folder are read: the source form of the hub (`definition.yaml`, `actions/*.yaml`) and the built
form that the platform unpacks (`Integration-<Id>.def`, `ActionsDefinitions/*.actiondef`, both JSON).
`script_kinds` says where the definitions of each kind of scripts are.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

import yaml

from secops_lab.script_kinds import ACTION, CONFIGURATION_TYPES, CONNECTOR, JOB, ScriptKind
from secops_lab.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


# The name of the script result of an action whose definition has none; the IDE of the platform proposes it.
DEFAULT_RESULT_NAME: Final = "is_success"


class ManifestError(Exception):
    """The folder is no integration, or a definition in it cannot be read; the text says which and why."""


Script = TypeVar("Script", bound="ScriptSpec")


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
class ScriptSpec:
    """One script of the integration.

    Attributes:
        kind: Its kind; each kind has a class of its own.
        name: The name on the platform.
        stem: The name of the script's file, without its suffix.
        description: What it does.
        parameters: The parameters.
    """

    kind: ClassVar[ScriptKind]
    name: str
    stem: str
    description: str
    parameters: tuple[ParameterSpec, ...]


@dataclass(frozen=True, slots=True)
class ActionSpec(ScriptSpec):
    """One action: a step of a playbook, also run by hand in a case.

    Attributes:
        is_async: Whether the platform runs it again until it is finished.
        result_name: The name of its script result.
        entity_types: The types of the entities that it works on, from the definition's simulation data.
    """

    kind: ClassVar[ScriptKind] = ACTION
    is_async: bool = False
    result_name: str = DEFAULT_RESULT_NAME
    entity_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectorSpec(ScriptSpec):
    """One connector: creates alerts."""

    kind: ClassVar[ScriptKind] = CONNECTOR


@dataclass(frozen=True, slots=True)
class JobSpec(ScriptSpec):
    """One job: runs at intervals, in no case."""

    kind: ClassVar[ScriptKind] = JOB


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
        connectors: The connectors, by name.
        jobs: The jobs, by name.
    """

    identifier: str
    name: str
    version: float
    folder: Path
    form: Form
    configuration: tuple[ParameterSpec, ...]
    actions: tuple[ActionSpec, ...]
    connectors: tuple[ConnectorSpec, ...] = ()
    jobs: tuple[JobSpec, ...] = ()

    def action(self, name: str) -> ActionSpec | None:
        """The action of this name or script stem, or None."""
        return next((action for action in self.actions if name in {action.name, action.stem}), None)


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
        raise ManifestError(f"{folder}: a definition is incomplete or unreadable: {error!r}") from error
    raise ManifestError(
        f"{folder} is not an integration: it has neither definition.yaml nor Integration-*.def"
    )


def _source(folder: Path) -> IntegrationSpec:
    definition = _read_yaml(folder / "definition.yaml")
    return IntegrationSpec(
        identifier=definition["identifier"],
        name=definition.get("name", definition["identifier"]),
        version=_project_version(folder / "pyproject.toml"),
        folder=folder,
        form=Form.SOURCE,
        configuration=tuple(_source_parameter(one) for one in definition.get("parameters") or ()),
        actions=_sorted(
            ActionSpec(
                **fields,
                is_async=bool(raw.get("is_async", False)),
                result_name=raw.get("script_result_name") or DEFAULT_RESULT_NAME,
                entity_types=_entity_types(raw.get("simulation_data_json")),
            )
            for fields, raw in _source_scripts(folder, ACTION)
        ),
        connectors=_sorted(ConnectorSpec(**fields) for fields, _ in _source_scripts(folder, CONNECTOR)),
        jobs=_sorted(JobSpec(**fields) for fields, _ in _source_scripts(folder, JOB)),
    )


def _built(folder: Path, definition_file: Path) -> IntegrationSpec:
    definition = json.loads(definition_file.read_text(encoding="utf-8-sig"))
    return IntegrationSpec(
        identifier=definition["Identifier"],
        name=definition.get("DisplayName", definition["Identifier"]),
        version=float(definition.get("Version", 1.0)),
        folder=folder,
        form=Form.BUILT,
        configuration=tuple(_built_property(one) for one in definition.get("IntegrationProperties") or ()),
        actions=_sorted(
            ActionSpec(
                **fields,
                is_async=bool(raw.get("IsAsync", False)),
                result_name=raw.get("ScriptResultName") or DEFAULT_RESULT_NAME,
                entity_types=_entity_types(raw.get("SimulationDataJson")),
            )
            for fields, raw in _built_scripts(folder, ACTION)
        ),
        connectors=_sorted(ConnectorSpec(**fields) for fields, _ in _built_scripts(folder, CONNECTOR)),
        jobs=_sorted(JobSpec(**fields) for fields, _ in _built_scripts(folder, JOB)),
    )


def _source_scripts(folder: Path, kind: ScriptKind) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the fields that every kind has, and the whole definition, of each script of the source form."""
    for path in (folder / kind.source).glob("*.yaml"):
        raw = _read_yaml(path)
        yield (
            {
                "name": raw["name"],
                "stem": path.stem,
                "description": raw.get("description", ""),
                "parameters": tuple(_source_parameter(one) for one in raw.get("parameters") or ()),
            },
            raw,
        )


def _built_scripts(folder: Path, kind: ScriptKind) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the fields that every kind has, and the whole definition, of each script of the built form."""
    for path in (folder / kind.definitions).glob(f"*{kind.suffix}"):
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
        yield (
            {
                "name": raw["Name"],
                "stem": path.stem,
                "description": raw.get("Description", ""),
                "parameters": tuple(_built_parameter(one, kind) for one in raw.get("Parameters") or ()),
            },
            raw,
        )


def _sorted(scripts: Iterable[Script]) -> tuple[Script, ...]:
    return tuple(sorted(scripts, key=lambda script: script.name))


def _read_yaml(path: Path) -> dict[str, Any]:
    loaded = read_yaml(path.read_text(encoding="utf-8"))
    if not isinstance(loaded, dict):
        raise TypeError(f"{path.name} holds no mapping")
    return loaded


def _project_version(path: Path) -> float:
    if not path.is_file():
        return 1.0
    return float(tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"])


def _entity_types(simulation_data: str | None) -> tuple[str, ...]:
    return tuple(json.loads(simulation_data or "{}").get("Entities") or ())


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


def _built_parameter(raw: dict[str, Any], kind: ScriptKind) -> ParameterSpec:
    return ParameterSpec(
        name=raw["Name"],
        type=kind.parameter_types.get(int(raw["Type"]), "string"),
        mandatory=bool(raw.get("IsMandatory", False)),
        default=_text(raw.get("DefaultValue")),
        description=raw.get("Description") or "",
        optional_values=tuple(_text(one) for one in raw.get("OptionalValues") or ()),
    )


def _built_property(raw: dict[str, Any]) -> ParameterSpec:
    return ParameterSpec(
        name=raw["PropertyName"],
        type=CONFIGURATION_TYPES.get(raw["PropertyType"], "string"),
        mandatory=bool(raw.get("IsMandatory", False)),
        default=_text(raw.get("Value")),
        description=raw.get("PropertyDescription") or "",
    )
