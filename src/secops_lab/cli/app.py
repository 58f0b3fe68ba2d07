"""`vmray-secops`: the application with all commands."""

from __future__ import annotations

import signal
import sys

import typer

from secops_lab.cli.actions_command import actions
from secops_lab.cli.demo_command import demo
from secops_lab.cli.emulate_command import emulate
from secops_lab.cli.exit_codes import ExitCode
from secops_lab.cli.run_command import run
from secops_lab.cli.serve_command import serve
from secops_lab.cli.terminal import console, printable, survive_narrow_encodings
from secops_lab.runs.errors import CannotRunError

EXIT_CODES = "Exit codes: " + " · ".join(f"{code.value} {code.meaning}" for code in ExitCode)

app = typer.Typer(
    name="vmray-secops",
    help="Run the VMRay actions of Google SecOps SOAR locally, against the VMRay emulator or a real VMRay.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


for _command in (demo, run, emulate, actions, serve):
    app.command()(_command)


def main() -> None:
    """Run the command line and exit with an `ExitCode`; SIGTERM has the same effect as Ctrl-C."""
    survive_narrow_encodings()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except CannotRunError as error:
        console(stderr=True).print(f"vmray-secops: {printable(str(error), multiline=True)}", soft_wrap=True)
        sys.exit(ExitCode.NOT_RUN)
    except SystemExit as end:
        if end.code == ExitCode.INTERRUPTED:
            console(stderr=True).print(f"vmray-secops: {ExitCode.INTERRUPTED.meaning}.")
        raise
