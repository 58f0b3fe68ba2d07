"""`vmray-secops run`: one action on entities of your choice."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from secops_lab.cli import arguments
from secops_lab.cli.exit_codes import CannotRunError, ExitCode
from secops_lab.cli.json_output import as_json, not_run_document, run_document
from secops_lab.cli.lab import Times, open_lab, read_integration
from secops_lab.cli.options import (
    DEFAULT_LIFECYCLE,
    DEFAULT_TIMEOUT,
    ApiKeyEnvOption,
    ApiRootOption,
    IntegrationOption,
    JsonOption,
    LifecycleOption,
    PollIntervalOption,
    ScenarioOption,
    SdkOption,
    TimeoutOption,
    VerifySslOption,
)
from secops_lab.cli.progress import show_progress
from secops_lab.cli.suggest import UnknownNameError
from secops_lab.cli.terminal import console
from secops_lab.cli.view import show_crash, show_run
from secops_lab.cli.vmray import DEFAULT_KEY_VARIABLE, chosen_vmray
from secops_lab.host import RunState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secops_lab.host import ActionRun
    from secops_lab.platform import Case


ActionArgument = Annotated[
    str, typer.Argument(metavar="ACTION", help='Its name, for example "Scan Hash"; see `actions`.')
]
EntityOption = Annotated[
    list[str] | None,
    typer.Option(
        "--entity", metavar="TYPE=VALUE", help="An entity of the case, for example FILEHASH=…; repeatable."
    ),
]
ParamOption = Annotated[
    list[str] | None,
    typer.Option("--param", metavar="NAME=VALUE", help="A parameter of the action; repeatable."),
]


def run(
    action: ActionArgument,
    entity: EntityOption = None,
    param: ParamOption = None,
    *,
    api_root: ApiRootOption = None,
    api_key_env: ApiKeyEnvOption = DEFAULT_KEY_VARIABLE,
    verify_ssl: VerifySslOption = True,
    scenario: ScenarioOption = "default",
    lifecycle: LifecycleOption = DEFAULT_LIFECYCLE,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    poll_interval: PollIntervalOption = None,
    json_output: JsonOption = False,
    sdk: SdkOption = None,
    integration: IntegrationOption = None,
) -> None:
    """Run one action, as the platform would: a process of its own, results on stdout, progress on stderr."""
    with _told_as_json(action, wanted=json_output):
        spec = read_integration(integration)
        try:
            chosen = arguments.action(spec, action)
            entities = arguments.entities(entity or ())
            parameters = arguments.parameters(chosen, param or ())
        except (UnknownNameError, arguments.BadArgumentError) as error:
            raise typer.BadParameter(str(error)) from error
        vmray = chosen_vmray(
            api_root, api_key_env, verify_ssl=verify_ssl, scenario=scenario, lifecycle=lifecycle
        )
        times = Times(whole=timeout, poll=poll_interval)
        with (
            vmray as answering,
            open_lab(answering, spec.folder, sdk) as lab,
            show_progress(chosen.name) as progress,
        ):
            finished, case = lab.run(chosen.name, entities, parameters, times, progress)
    _report(finished, case, json_output=json_output)
    raise typer.Exit(exit_code(finished))


@contextmanager
def _told_as_json(action: str, *, wanted: bool) -> Iterator[None]:
    """Print the document of an action that cannot be run, where a document is wanted."""
    try:
        yield
    except CannotRunError as error:
        if wanted:
            typer.echo(as_json(not_run_document(action, str(error))))
        raise


def exit_code(run: ActionRun) -> ExitCode:
    """Return what a finished run means for the caller's shell."""
    if run.state is RunState.COMPLETED:
        return ExitCode.DONE
    return ExitCode.NOT_RUN if run.state is RunState.CRASHED else ExitCode.ACTION_FAILED


def _report(run: ActionRun, case: Case, *, json_output: bool) -> None:
    if json_output:
        typer.echo(as_json(run_document(run, case)))
    else:
        show_run(console(), run, case, tables=True)
    if run.state is RunState.CRASHED:
        show_crash(console(stderr=True), run)
