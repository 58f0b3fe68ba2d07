"""Run actions: one process for a synchronous action, a series of processes for an asynchronous action."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from secops_lab.manifest import ActionSpec, IntegrationSpec, ManifestError, load_integration

from .child import Start, run_child
from .context import Context, Limits, Target, fill_parameters, target_pairs
from .errors import HostError
from .launch import Launch, find_sdk
from .outcome import ActionRun, Round, parse_outcome
from .rounds import OnRound, Rounds

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Mapping

    from secops_lab.platform import Alert, Case, LocalPlatform


class ActionHost:
    """Starts the actions of one integration like the platform.

    Args:
        platform: The started platform for the requests of the scripts.
        integration: The integration's folder, in source form or built.
        sdk: The real SDK (its checkout, its `src` or its `soar_sdk` folder); None selects the stand-in.
        python: The interpreter for the scripts; it must have the integration's dependencies.
        network: Environment variables for the way to a remote server: proxies, certificate authorities.

    Raises:
        HostError: If a folder or the interpreter is missing or unusable.
    """

    def __init__(
        self,
        platform: LocalPlatform,
        integration: Path,
        sdk: Path | None = None,
        python: str = sys.executable,
        network: Mapping[str, str] | None = None,
    ) -> None:
        try:
            self.integration: IntegrationSpec = load_integration(integration)
        except ManifestError as error:
            raise HostError(str(error)) from error
        if shutil.which(python) is None:
            raise HostError(f"no interpreter {python}")
        self.platform = platform
        self.launch = Launch(self.integration, find_sdk(sdk), python, network or {})
        defaults = {one.name: one.default for one in self.integration.configuration}
        instance = platform.install(self.integration.identifier, self.integration.version, defaults)
        self._instance_id = instance.instance_id

    def actions(self) -> list[ActionSpec]:
        """The integration's actions, by name."""
        return list(self.integration.actions)

    def run(  # noqa: PLR0913 - one keyword for each setting of an analyst
        self,
        action: str,
        case: Case,
        parameters: Mapping[str, str] | None = None,
        *,
        entities: Iterable[Target] | None = None,
        alert: Alert | None = None,
        script_timeout: float = 300.0,
        async_timeout: float = 3600.0,
        poll_interval: float = 0.0,
        on_round: OnRound | None = None,
        max_json_result_size: int = 15,
        cancel: threading.Event | None = None,
    ) -> ActionRun:
        """Run an action in a case and add the outcome to the case's wall.

        Args:
            action: The name of the action or of its script.
            case: The case.
            parameters: Values by name; other parameters get the default of the action's definition.
            entities: The target entities, as objects of the case or as (type, identifier); None selects all
                entities of the alert.
            alert: The alert to run in; None selects the first alert of the case.
            script_timeout: Seconds for one process; then the process is stopped.
            async_timeout: Seconds for all rounds of an asynchronous action.
            poll_interval: Seconds between the rounds of an asynchronous action.
            on_round: The function to call after each round.
            max_json_result_size: The SDK's limit for results, in megabytes.
            cancel: Stops the run when set.

        Raises:
            HostError: If the action or a parameter is unknown, or the script is missing.
        """
        spec = self._find(action)
        where = alert or case.alerts[0]
        context = Context(
            integration=self.integration,
            action=spec,
            instance_id=self._instance_id,
            case_id=case.identifier,
            alert_id=where.identifier,
            environment=case.environment,
            entities=target_pairs(where.entities if entities is None else entities),
            parameters=fill_parameters(spec, parameters or {}),
            limits=Limits(script_timeout, async_timeout, poll_interval, max_json_result_size),
            workflow_instance=case.workflow_instance,
        )
        before = len(case.insights)
        run = self._run(context, cancel, on_round)
        run = replace(run, insights=case.insights[before:])
        outcome = {"action": run.action, "state": run.state.value, "message": run.message}
        case.post("action", {**outcome, "result_value": run.result_value, "results": run.results})
        return run

    def _run(self, context: Context, cancel: threading.Event | None, on_round: OnRound | None) -> ActionRun:
        command, kind = self.launch.command(context.action), context.action.kind
        with tempfile.TemporaryDirectory(prefix="secops-run-") as folder:
            scratch = Path(folder)
            env = self.launch.environment(self.platform.host, self.platform.port, scratch)

            def start_round(additional_data: str | None) -> Round:
                now = time.time()
                arguments = kind.command_line(self.platform.app_key, flag=additional_data is None)
                arguments.append(f"--logPath={scratch / 'script.log'}")
                start = Start([*command, *arguments], context.stdin(now, additional_data), env, scratch)
                return parse_outcome(run_child(start, context.round_deadline(now) - now, cancel))

            return Rounds(context, start_round, cancel).run(on_round)

    def _find(self, action: str) -> ActionSpec:
        spec = self.integration.action(action)
        if spec is None:
            known = ", ".join(f'"{one.name}"' for one in self.integration.actions) or "none"
            raise HostError(
                f'integration {self.integration.identifier} has no action "{action}"; available: {known}'
            )
        return spec
