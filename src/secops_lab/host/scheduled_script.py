"""Connectors and jobs: scripts that the platform starts on a schedule, in one process and without a case."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .child import Ending, Start, run_child
from .context import fill_parameters
from .errors import HostError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from secops_lab.manifest import ConnectorSpec, JobSpec, ScriptSpec

    from .action_host import ActionHost
    from .child import Finished

Script = TypeVar("Script", bound="ConnectorSpec | JobSpec")
ENVIRONMENT = "Default Environment"
_ALERTS = 1  # the result kind of connectors


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """A finished process of a connector or a job.

    Attributes:
        name: The name of the script.
        exit_code: Its exit code; negative for the signal that ended it.
        timed_out: Whether the process was stopped after its timeout.
        stdout: Its whole standard output.
        stderr: Its whole standard error.
    """

    name: str
    exit_code: int
    timed_out: bool
    stdout: str
    stderr: str

    @property
    def is_success(self) -> bool:
        """Whether the process ended before its timeout with exit code 0; output is optional."""
        return self.exit_code == 0 and not self.timed_out

    @property
    def output(self) -> dict[str, Any] | None:
        """The JSON object that the script printed; None for any other output."""
        try:
            output = json.loads(self.stdout)
        except ValueError:
            return None
        return output if isinstance(output, dict) else None

    @property
    def package(self) -> dict[str, Any] | None:
        """The output of a connector: alerts in `cases`, overflowed alerts in `overflow_cases`."""
        text = (self.output or {}).get("ResultObjectJson")
        return json.loads(text) if text else None


def run_connector(  # noqa: PLR0913 - one keyword for each setting of an engineer
    host: ActionHost,
    name: str,
    parameters: Mapping[str, str] | None = None,
    *,
    allow_list: Sequence[str] = (),
    is_test: bool = False,
    timeout: float = 180.0,
) -> ScriptRun:
    """Run a connector once.

    The SDK's configuration sets the run folder; the stand-in uses a temporary folder.

    Args:
        host: The host of the integration.
        name: The name of the connector, or of its script.
        parameters: Values by name; the others take the default of the definition.
        allow_list: The dynamic list of the connector.
        is_test: Whether this is a test run, which keeps no state.
        timeout: Seconds after which the process is stopped.

    Raises:
        HostError: The connector or a parameter is unknown, or the script is missing.
    """
    connector = _find(host, host.integration.connectors, name)
    values = fill_parameters(connector, parameters or {})
    document = {"connector_info": _connector_info(host, connector, values, allow_list)}
    return _run(host, connector, document, timeout, flag=not is_test)


def run_job(
    host: ActionHost, name: str, parameters: Mapping[str, str] | None = None, *, timeout: float = 300.0
) -> ScriptRun:
    """Run a job once.

    Args:
        host: The host of the integration.
        name: The name of the job, or of its script.
        parameters: Values by name; the others take the default of the definition.
        timeout: Seconds after which the process is stopped.

    Raises:
        HostError: The job or a parameter is unknown, or the script is missing.
    """
    job = _find(host, host.integration.jobs, name)
    document = {
        "parameters": fill_parameters(job, parameters or {}),
        "unique_identifier": _identifier(host, job),
        "use_proxy_settings": False,
        "vault_settings": None,
        "job_api_key": None,
    }
    return _run(host, job, document, timeout)


def _connector_info(
    host: ActionHost, connector: ConnectorSpec, values: Mapping[str, str], allow_list: Sequence[str]
) -> dict[str, Any]:
    numbers = {name: number for number, name in connector.kind.parameter_types.items()}
    return {
        "environment": ENVIRONMENT,
        "integration": host.integration.identifier,
        "connector_definition_name": connector.name,
        "identifier": _identifier(host, connector),
        "display_name": connector.name,
        "description": connector.description,
        "result_data_type": _ALERTS,
        "params": [
            {
                "param_name": one.name,
                "param_value": values[one.name],
                "type": numbers[one.type],
                "mode": 0,
                "is_mandatory": one.mandatory,
            }
            for one in connector.parameters
        ],
        "allow_list": list(allow_list),
    }


def _identifier(host: ActionHost, script: ConnectorSpec | JobSpec) -> str:
    """The identifier of the lab's single instance: constant, so that each run finds the stored state."""
    return f"{host.integration.identifier}_{script.stem}"


def _find(host: ActionHost, scripts: Sequence[Script], name: str) -> Script:
    found = next((one for one in scripts if name in {one.name, one.stem}), None)
    if found is None:
        known = ", ".join(f'"{one.name}"' for one in scripts) or "none"
        raise HostError(f'{host.integration.identifier} has no such script "{name}"; available: {known}')
    return found


def _run(
    host: ActionHost, script: ScriptSpec, document: dict[str, Any], timeout: float, *, flag: bool = True
) -> ScriptRun:
    command = host.launch.command(script)
    platform = host.platform
    with tempfile.TemporaryDirectory(prefix="secops-run-") as folder:
        scratch = Path(folder)
        arguments = script.kind.command_line(platform.app_key, flag=flag)
        log = f"--logPath={scratch / 'script.log'}"
        env = host.launch.environment(platform.host, platform.port, scratch)
        stdin = json.dumps(document).encode()
        finished: Finished = run_child(Start([*command, *arguments, log], stdin, env, scratch), timeout)
    return ScriptRun(
        script.name,
        finished.exit_code,
        finished.ending is Ending.TIMED_OUT,
        finished.stdout,
        finished.stderr,
    )
