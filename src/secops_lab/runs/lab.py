"""A local SecOps with one VMRay configured, ready to run actions."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from secops_lab.host import ActionHost, ActionRun, HostError
from secops_lab.manifest import ManifestError, load_integration
from secops_lab.platform import LocalPlatform
from secops_lab.runs.case_files import CaseFiles
from secops_lab.runs.errors import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from secops_lab.host import OnRound
    from secops_lab.manifest import IntegrationSpec
    from secops_lab.platform import Case
    from secops_lab.runs.vmray import VMRay

# Seconds between rounds of an asynchronous action: an emulator in this process allows a short interval.
EMBEDDED_POLL_INTERVAL = 1.0
REMOTE_POLL_INTERVAL = 20.0


@dataclass(frozen=True, slots=True)
class Times:
    """The time limits of an action in seconds, like the step's settings on the platform.

    Attributes:
        script: One run of the script.
        whole: All runs of an asynchronous action together.
        poll: Between two runs; None selects a short interval for the emulator, a long interval otherwise.
    """

    script: float = 300.0
    whole: float = 3_600.0
    poll: float | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What to run.

    Attributes:
        action: The name of the action.
        entities: Type and identifier of each entity of the case.
        parameters: Values by name; other parameters have their defaults.
        files: The files of the case.
    """

    action: str
    entities: Sequence[tuple[str, str]] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    files: CaseFiles = field(default_factory=CaseFiles)


@dataclass(frozen=True, slots=True)
class Lab:
    """A platform with a configured integration."""

    platform: LocalPlatform
    host: ActionHost
    vmray: VMRay

    def poll_interval(self, times: Times) -> float:
        """The interval between two status checks of an analysis, in seconds."""
        if times.poll is not None:
            return times.poll
        return EMBEDDED_POLL_INTERVAL if self.vmray.embedded else REMOTE_POLL_INTERVAL

    def run(
        self,
        order: Order,
        times: Times,
        on_round: OnRound,
    ) -> tuple[ActionRun, Case]:
        """Run an action in a new case, in separate processes.

        Raises:
            CannotRunError: The action's process could not be started.
        """
        case = self.platform.new_case(entities=list(order.entities))
        order.files.put_into(case)
        try:
            run = self.host.run(
                order.action,
                case,
                parameters=order.parameters,
                script_timeout=times.script,
                async_timeout=times.whole,
                poll_interval=self.poll_interval(times),
                on_round=on_round,
            )
        except (HostError, OSError) as error:
            raise CannotRunError(f'"{order.action}" could not be started: {error}') from error
        return run, case


@contextmanager
def open_lab(vmray: VMRay, integration: Path, sdk: Path | None) -> Iterator[Lab]:
    """Start the local platform and configure the integration for `vmray`."""
    with LocalPlatform() as platform:
        try:
            host = ActionHost(platform, integration, sdk, network=vmray.network.variables)
        except HostError as error:
            raise CannotRunError(str(error)) from error
        platform.configure(host.integration.identifier, vmray.configuration)
        yield Lab(platform, host, vmray)


def read_integration(folder: Path | None) -> IntegrationSpec:
    """Read the definitions in the integration's folder; None selects the folder of this checkout.

    Raises:
        CannotRunError: The folder has no integration.
    """
    here = Path(__file__).resolve().parents[3]
    try:
        return load_integration(folder or here / "integrations" / "vm_ray")
    except ManifestError as error:
        raise CannotRunError(f"{error}. Set the integration's folder with --integration DIR") from error
