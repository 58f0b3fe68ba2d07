"""The base of all actions: read the context of the platform, run the action, return one result.

This is the only module of ``core`` that imports the platform's SDK, except for annotations.

An action is a class with a name and ``perform``. Every error becomes a sentence; the process always ends with exactly
one result.
"""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Generic, TypeVar

from soar_sdk.ScriptResult import (
    EXECUTION_STATE_COMPLETED,
    EXECUTION_STATE_FAILED,
    EXECUTION_STATE_INPROGRESS,
)
from soar_sdk.SiemplifyAction import SiemplifyAction

from ...core.api.vmray_environment import check_proxy
from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_network_errors import is_failed_exchange
from ...core.api.vmray_request_errors import ConfigurationError
from ...core.api.vmray_text import one_line
from ...core.results.vmray_messages import error_message, with_details
from ...core.soar.vmray_parameters import Parameters
from ...core.soar.vmray_run import Run

if TYPE_CHECKING:
    from collections.abc import Sequence


MAX_REASON_LENGTH: Final = 20_000
_CHECK_NETWORK: Final = "check the network and the proxies of the machine that runs the action (HTTPS_PROXY, NO_PROXY)"

Declared = TypeVar("Declared", bound=Parameters)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run of an action.

    Attributes:
        message: What the analyst reads.
        value: ``is_success``, or the state of an action that continues in another run.
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
        """End this run, and request another run with this state."""
        return cls(message, value=state, state=EXECUTION_STATE_INPROGRESS)


class Action(ABC, Generic[Declared]):
    """One action of the integration.

    Attributes:
        name: The display name.
        parameters: Declares the parameters; all are read and checked before ``perform`` is called.
    """

    name: ClassVar[str]
    parameters: type[Declared]

    def start(self) -> None:
        """Run as the platform's process: read the context, perform, end. This method does not return."""
        siemplify = SiemplifyAction()
        siemplify.script_name = self.name
        run = Run(siemplify)
        outcome = self.outcome_of(run)
        siemplify.end(run.redacted(outcome.message), outcome.value, outcome.state)

    def outcome_of(self, run: Run) -> Outcome:
        """Perform, and turn every error into a failed outcome."""
        try:
            return self.perform(run, self.parameters.parse(run.parameters))
        except Exception as error:  # noqa: BLE001 - every error must end in exactly one result
            return self.failed(run, error)

    @abstractmethod
    def perform(self, run: Run, params: Declared) -> Outcome:
        """Do the work of the action."""

    def failed(self, run: Run, error: Exception, kept: Sequence[tuple[str, str]] = ()) -> Outcome:
        """End as failed: the documented sentence with the cause and the details; no traceback, no foreign text."""
        error = _cause_of(run, error)
        if isinstance(error, VMRayError):
            run.log(f"{type(error).__name__}: {error}")
            message = self.failure(run, one_line(str(error), MAX_REASON_LENGTH))
            return Outcome.failed(with_details([message], [*error.details, *kept]))
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).stem}.{place.name}"
        run.log(f"unexpected {type(error).__name__} in {where}, line {place.lineno}")
        reason = f"internal error ({type(error).__name__}) in the integration; see the debug output"
        if is_failed_exchange(error):  # those with VMRay have errors of their own
            reason = f"Google SecOps could not be reached ({type(error).__name__}); {_CHECK_NETWORK}"
        return Outcome.failed(with_details([self.failure(run, reason)], kept))

    def failure(self, run: Run, reason: str) -> str:  # noqa: ARG002 - for actions that name their subject
        """Return the documented sentence for a failed action."""
        return error_message(self.name, reason)


def _cause_of(run: Run, error: Exception) -> Exception:
    """Return the wrong proxy that stopped a request to the platform; without one, the error itself."""
    if is_failed_exchange(error):
        try:
            check_proxy(run.siemplify.API_ROOT)
        except ConfigurationError as setting:
            return setting
    return error
