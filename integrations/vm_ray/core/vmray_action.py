"""The base of all actions: from what the platform hands over to what it gets back.

This is the only module of ``core`` that knows the platform's SDK, except for annotations.

An action is a class with a name and ``perform``. Whatever goes wrong in it becomes a sentence; the process always
ends with exactly one result.
"""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from soar_sdk.ScriptResult import (
    EXECUTION_STATE_COMPLETED,
    EXECUTION_STATE_FAILED,
    EXECUTION_STATE_INPROGRESS,
)
from soar_sdk.SiemplifyAction import SiemplifyAction

from ..core.vmray_client import Client
from ..core.vmray_configuration import Configuration
from ..core.vmray_errors import VMRayError
from ..core.vmray_escape import is_recognisable, one_line
from ..core.vmray_messages import error_message, with_details
from ..core.vmray_report import Patience
from ..core.vmray_schedule import end_of_run
from ..core.vmray_throttle import Deadline, Gate, configured_ceiling
from ..core.vmray_transport import Transport
from ..core.vmray_wire import api_root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

PROVIDER: Final = "VMRay"
MAX_REASON_LENGTH: Final = 20_000
DEFAULT_MAX_RESULT: Final = 15


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action ends with.

    Attributes:
        message: What the analyst reads.
        value: ``is_success``, or the state of an action that goes on.
        state: One of the platform's execution states.
    """

    message: str
    value: bool | str
    state: int = EXECUTION_STATE_COMPLETED

    @classmethod
    def failed(cls, message: str) -> Outcome:
        """End as a failed playbook step."""
        return cls(message, value=False, state=EXECUTION_STATE_FAILED)

    @classmethod
    def in_progress(cls, message: str, state: str) -> Outcome:
        """End this run, and ask the platform to call again with this state."""
        return cls(message, value=state, state=EXECUTION_STATE_INPROGRESS)


class Run:
    """One run of an action: what the platform handed over, and the client for this configuration."""

    def __init__(self, siemplify: SiemplifyAction) -> None:
        """Take over the platform's context; nothing is requested yet."""
        self.siemplify = siemplify
        self.parameters = siemplify.parameters
        self.deadline = Deadline(
            end_of_run(siemplify.execution_deadline_unix_time_ms, siemplify.async_total_duration_deadline)
        )
        self.patience = Patience(self.deadline)
        self._secret = ""

    @cached_property
    def client(self) -> Client:
        """Read the configuration, once, and prepare the client.

        Raises:
            ParameterError: The configuration of the integration is wrong.
        """
        configuration = Configuration.parse(self.siemplify.get_configuration(PROVIDER))
        if is_recognisable(configuration.api_key):
            self._secret = configuration.api_key
        transport = Transport(
            api_root(configuration.api_root),
            configuration.api_key,
            verify=configuration.verify_ssl,
            gate=Gate(configured_ceiling()),
            deadline=self.deadline,
        )
        return Client(transport)

    @property
    def max_result_bytes(self) -> float:
        """How long the JSON result may be before the platform replaces all of it; it counts in MiB."""
        return float(self.siemplify.max_json_result_size or DEFAULT_MAX_RESULT) * 2**20

    def entities(self, entity_type: str) -> list[DomainEntityInfo]:
        """Return the entities of this run that are of one type."""
        return [entity for entity in self.siemplify.target_entities if entity.entity_type == entity_type]

    def log(self, text: str) -> None:
        """Write one line to the log."""
        self.siemplify.LOGGER.info(self.redacted(one_line(text)))

    def redacted(self, text: str) -> str:
        """Take the API key out of a text, should a server have put it in."""
        return text.replace(self._secret, "***") if self._secret else text


class Action(ABC):
    """One action of the integration."""

    name: ClassVar[str]

    def start(self) -> None:
        """Run as the platform's process: read the context, perform, end. Does not return."""
        siemplify = SiemplifyAction()
        siemplify.script_name = self.name
        run = Run(siemplify)
        outcome = self.outcome_of(run)
        siemplify.end(run.redacted(outcome.message), outcome.value, outcome.state)

    def outcome_of(self, run: Run) -> Outcome:
        """Perform, and turn whatever goes wrong into a sentence."""
        try:
            return self.perform(run)
        except Exception as error:  # noqa: BLE001 - the last line of defence
            return self.failed(run, error)

    @abstractmethod
    def perform(self, run: Run) -> Outcome:
        """Do what the action is for."""

    def failed(self, run: Run, error: Exception, kept: Sequence[tuple[str, str]] = ()) -> Outcome:
        """End as failed: the documented sentence with the cause, and what was kept; no traceback, no foreign text."""
        if isinstance(error, VMRayError):
            run.log(f"{type(error).__name__}: {error}")
            message = self.failure(run, one_line(str(error), MAX_REASON_LENGTH))
            return Outcome.failed(with_details([message], [*error.details, *kept]))
        place = traceback.extract_tb(error.__traceback__)[-1]
        run.log(f"unexpected {type(error).__name__} in {place.name}, line {place.lineno}")
        reason = f"unexpected error ({type(error).__name__}) outside of VMRay; the debug output says where"
        return Outcome.failed(with_details([self.failure(run, reason)], kept))

    def failure(self, run: Run, reason: str) -> str:  # noqa: ARG002 - for actions that name their subject
        """Write the documented sentence for a failed action."""
        return error_message(self.name, reason)
