"""The kinds of scripts that an integration consists of: where each is in both forms, and how it is started.

Packaging, the manifest and the host read these descriptions. Names and numbers are those of the hub's tool
`mp` 1.35; `JobsScrips` is spelled as the platform spells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIGURATION_TYPES: Final[Mapping[int, str]] = MappingProxyType(
    {
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
)
"""Number of the built form -> type of a parameter: of the configuration, of connectors and of jobs."""

ACTION_TYPES: Final[Mapping[int, str]] = MappingProxyType(
    {
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
)
"""Number of the built form -> type of an action's parameter."""


@dataclass(frozen=True, slots=True, eq=False)
class ScriptKind:
    """One kind of scripts.

    Attributes:
        name: The kind in a sentence.
        source: Folder of the source form: scripts, with their definitions (YAML) beside them.
        scripts: Folder of the scripts in the built form.
        definitions: Folder of the definitions in the built form.
        suffix: Suffix of a definition (JSON) in the built form.
        listed_as: Key of the names in the summary that is shown before an import.
        parameter_types: Number of the built form -> type of a parameter.
        arguments: Command line after the script, with `{key}` (of the platform) and `{flag}` (True or False).
    """

    name: str
    source: str
    scripts: str
    definitions: str
    suffix: str
    listed_as: str
    parameter_types: Mapping[int, str]
    arguments: tuple[str, ...]

    def command_line(self, key: str, *, flag: bool = True) -> list[str]:
        """Return the arguments of a script.

        Args:
            key: The key of the platform.
            flag: For an action: whether this is its first round. For a connector: whether this is a real run
                and no test. A job has no flag.
        """
        return [argument.format(key=key, flag=flag) for argument in self.arguments]


ACTION: Final = ScriptKind(
    name="action",
    source="actions",
    scripts="ActionsScripts",
    definitions="ActionsDefinitions",
    suffix=".actiondef",
    listed_as="Actions",
    parameter_types=ACTION_TYPES,
    arguments=("{key}", "{flag}"),
)
CONNECTOR: Final = ScriptKind(
    name="connector",
    source="connectors",
    scripts="ConnectorsScripts",
    definitions="Connectors",
    suffix=".connectordef",
    listed_as="Connectors",
    parameter_types=CONFIGURATION_TYPES,
    arguments=("{flag}", "{key}"),
)
JOB: Final = ScriptKind(
    name="job",
    source="jobs",
    scripts="JobsScrips",
    definitions="Jobs",
    suffix=".jobdef",
    listed_as="Jobs",
    parameter_types=CONFIGURATION_TYPES,
    arguments=("{key}",),
)
SCRIPT_KINDS: Final = (ACTION, CONNECTOR, JOB)
