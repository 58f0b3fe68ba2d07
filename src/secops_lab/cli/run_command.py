"""`vmray-secops run`: run one action on the given entities."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from secops_lab.cli.exit_codes import ExitCode
from secops_lab.cli.options import (
    DEFAULT_LIFECYCLE,
    DEFAULT_TIMEOUT,
    ApiKeyEnvOption,
    ApiRootOption,
    CaBundleOption,
    IntegrationOption,
    JsonOption,
    LifecycleOption,
    PollIntervalOption,
    ProxyOption,
    ScenarioOption,
    SdkOption,
    TimeoutOption,
    VerifySslOption,
)
from secops_lab.cli.progress import show_progress
from secops_lab.cli.terminal import console, printable
from secops_lab.cli.usage_errors import as_usage_errors, report_proposed, report_unused
from secops_lab.cli.view import show_crash, show_run
from secops_lab.host import RunState
from secops_lab.runs import arguments
from secops_lab.runs.attachments import save_files
from secops_lab.runs.case_files import read_case_files
from secops_lab.runs.errors import CannotRunError
from secops_lab.runs.lab import Order, Times, open_lab, read_integration
from secops_lab.runs.network import NetworkOptions
from secops_lab.runs.proposals import NOTHING, propose
from secops_lab.runs.run_document import as_json, not_run_document, run_document
from secops_lab.runs.vmray import DEFAULT_KEY_VARIABLE, ServerOptions, chosen_vmray

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secops_lab.host import ActionRun
    from secops_lab.manifest import ActionSpec
    from secops_lab.platform import Case
    from secops_lab.runs.lab import Lab


ActionArgument = Annotated[
    str, typer.Argument(metavar="ACTION", help='Name of the action, for example "Scan Hash"; see `actions`.')
]
EntityOption = Annotated[
    list[str] | None,
    typer.Option(
        "--entity", metavar="TYPE=VALUE", help="Entity of the case, for example FILEHASH=…; repeatable."
    ),
]
SaveAttachmentsOption = Annotated[
    Path | None,
    typer.Option(
        "--save-attachments",
        metavar="DIR",
        file_okay=False,
        help="Save the attached files in this folder, under safe names.",
    ),
]
AttachOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--attach", metavar="PATH", help="File to attach to the case wall before the run; repeatable."
    ),
]
BucketFileOption = Annotated[
    list[str] | None,
    typer.Option(
        "--bucket-file",
        metavar="IDENTIFIER=PATH",
        help="File to put into the platform's file storage (GCP Bucket) before the run; repeatable.",
    ),
]
ParamOption = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        metavar="NAME=VALUE",
        help="Parameter of the action; repeatable. What an action needs and is not given, entities too, "
        "is filled in for the embedded emulator and printed.",
    ),
]


def run(
    action: ActionArgument,
    entity: EntityOption = None,
    param: ParamOption = None,
    *,
    attach: AttachOption = None,
    bucket_file: BucketFileOption = None,
    api_root: ApiRootOption = None,
    api_key_env: ApiKeyEnvOption = DEFAULT_KEY_VARIABLE,
    verify_ssl: VerifySslOption = True,
    proxy: ProxyOption = None,
    ca_bundle: CaBundleOption = None,
    scenario: ScenarioOption = "default",
    lifecycle: LifecycleOption = DEFAULT_LIFECYCLE,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    poll_interval: PollIntervalOption = None,
    json_output: JsonOption = False,
    save_attachments: SaveAttachmentsOption = None,
    sdk: SdkOption = None,
    integration: IntegrationOption = None,
) -> None:
    """Run one action in a separate process, like the platform. Results: stdout. Progress: stderr."""
    with _told_as_json(action, wanted=json_output):
        spec = read_integration(integration)
        with as_usage_errors():
            given = _Given(entity or [], param or [], attach or [], bucket_file or [])
            chosen = arguments.action(spec, action)
            order = _order(chosen, given)
            proposal = propose(chosen, order) if api_root is None else NOTHING
            arguments.check_mandatory(chosen, {**dict.fromkeys(proposal.parameters, "…"), **order.parameters})
            way = NetworkOptions(proxy, ca_bundle, verify_ssl)
            server = ServerOptions(api_root, api_key_env, way)
            vmray = chosen_vmray(server, scenario=scenario, lifecycle=lifecycle)
        with vmray as running, open_lab(running, spec.folder, sdk) as lab:
            report_unused(running.network)
            order = proposal.filled(order, running)
            report_proposed(proposal.options(order))
            finished, case = _run(lab, order, Times(whole=timeout, poll=poll_interval))
    _report(finished, case, json_output=json_output)
    if save_attachments is not None:
        _save(finished, save_attachments)
    raise typer.Exit(exit_code(finished))


class _Given(NamedTuple):
    """The arguments of the command line that describe a run."""

    entities: list[str]
    parameters: list[str]
    attachments: list[Path]
    bucket_files: list[str]


def _order(action: ActionSpec, given: _Given) -> Order:
    """Read the arguments of the command line."""
    return Order(
        action.name,
        arguments.entities(given.entities),
        arguments.parameters(action, given.parameters),
        read_case_files(given.bucket_files, given.attachments),
    )


def _run(lab: Lab, order: Order, times: Times) -> tuple[ActionRun, Case]:
    with show_progress(order.action) as progress:
        return lab.run(order, times, progress.round_done)


@contextmanager
def _told_as_json(action: str, *, wanted: bool) -> Iterator[None]:
    """Print a JSON document for an action that cannot be run, if `--json` is given."""
    try:
        yield
    except CannotRunError as error:
        if wanted:
            typer.echo(as_json(not_run_document(action, str(error))))
        raise


def _save(run: ActionRun, folder: Path) -> None:
    for path in save_files(run, folder):
        console(stderr=True).print(f"Saved: {printable(str(path))}", soft_wrap=True)


def exit_code(run: ActionRun) -> ExitCode:
    """Return the exit code for a finished run."""
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
