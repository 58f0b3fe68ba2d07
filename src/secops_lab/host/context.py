"""The JSON document an action reads from its stdin, and the deadlines in it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import HostError

if TYPE_CHECKING:
    from secops_lab.manifest import ActionSpec, IntegrationSpec, ScriptSpec


Target = Mapping[str, Any] | tuple[str, str]
"""A target entity: an entity object of the case, or its type and identifier."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a run.

    Attributes:
        script_timeout: Seconds for one process.
        async_timeout: Seconds for all rounds of an asynchronous action.
        poll_interval: Seconds between two rounds.
        max_json_result_size: Megabytes of results.
    """

    script_timeout: float
    async_timeout: float
    poll_interval: float
    max_json_result_size: int


@dataclass(frozen=True, slots=True)
class Context:
    """The context that all rounds of a run share.

    `workflow_instance` is the id of the playbook run; all actions of a case belong to one playbook run.
    """

    integration: IntegrationSpec
    action: ActionSpec
    instance_id: str
    case_id: int
    alert_id: str | None
    environment: str
    entities: tuple[tuple[str, str], ...]
    parameters: Mapping[str, str]
    limits: Limits
    workflow_instance: str
    started: float = field(default_factory=time.time)

    @property
    def async_deadline(self) -> float:
        """The deadline of the last round, unix seconds."""
        return self.started + self.limits.async_timeout

    def round_deadline(self, now: float) -> float:
        """Return the deadline of a process that starts now, unix seconds."""
        deadline = now + self.limits.script_timeout
        return min(deadline, self.async_deadline) if self.action.is_async else deadline

    def stdin(self, now: float, additional_data: str | None) -> bytes:
        """Return the document for a process that starts now.

        Args:
            now: Unix seconds.
            additional_data: The result value of the previous round, or None in the first round.
        """
        parameters = dict(self.parameters)
        if additional_data is not None:
            parameters["additional_data"] = additional_data
        deadline = int(self.round_deadline(now) * 1000)
        document: dict[str, Any] = {
            # item1 is the identifier as stored (upper-cased), item2 the type
            "target_entities": [{"item1": identifier, "item2": kind} for kind, identifier in self.entities],
            "case_id": self.case_id,
            "alert_id": self.alert_id,
            "environment": self.environment,
            "workflow_id": self.workflow_instance,
            "workflow_instance_id": self.workflow_instance,
            "parent_workflow_instance_id": None,
            "parameters": parameters,
            "integration_identifier": self.integration.identifier,
            "integration_instance": self.instance_id,
            "action_definition_name": f"{self.integration.identifier}_{self.action.name}",
            "original_requesting_user": "analyst",
            "execution_deadline_unix_time_ms": deadline,
            "script_timeout_deadline": deadline,
            "async_polling_interval_in_sec": int(self.limits.poll_interval),
            "async_total_duration_deadline": int(self.async_deadline * 1000) if self.action.is_async else 0,
            "default_result_value": None,
            "use_proxy_settings": False,
            "max_json_result_size": self.limits.max_json_result_size,
            "vault_settings": None,
            "environment_api_key": None,
        }
        return json.dumps(document).encode()


def fill_parameters(script: ScriptSpec, given: Mapping[str, object]) -> dict[str, str]:
    """Complete the parameters of a script with the defaults of its definition.

    Raises:
        HostError: If a name is unknown to the script, or a value is not a text.
    """
    filled = {parameter.name: parameter.default for parameter in script.parameters}
    for name, value in given.items():
        if name not in filled:
            known = ", ".join(f'"{one}"' for one in filled) or "none"
            raise HostError(
                f'{script.kind.name} "{script.name}" has no parameter "{name}"; available: {known}'
            )
        if not isinstance(value, str):
            raise HostError(f'parameter "{name}" is {value!r}; expected a text')
        filled[name] = value
    return filled


def target_pairs(entities: Iterable[Target]) -> tuple[tuple[str, str], ...]:
    """Return (type, identifier as stored) for each entity, given as such a pair or as an entity object."""
    pairs = []
    for entity in entities:
        if isinstance(entity, Mapping):
            pairs.append((str(entity["entity_type"]), str(entity["identifier"])))
        else:
            kind, identifier = entity
            pairs.append((kind, identifier.upper()))
    return tuple(pairs)
