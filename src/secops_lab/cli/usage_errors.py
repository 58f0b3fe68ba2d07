"""Report wrong, unused and missing arguments on stderr; wrong ones like typer, with exit code 2."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from secops_lab.cli.terminal import console, printable
from secops_lab.runs.arguments import BadArgumentError
from secops_lab.runs.suggest import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secops_lab.runs.network import Network


@contextmanager
def as_usage_errors() -> Iterator[None]:
    """Convert argument errors to typer's `BadParameter` with the same text."""
    try:
        yield
    except (UnknownNameError, BadArgumentError) as error:
        raise typer.BadParameter(str(error)) from error


def report_unused(network: Network) -> None:
    """Print a line on stderr for each option and variable that has no effect."""
    for sentence in network.unused:
        console(stderr=True).print(f"vmray-secops: {printable(sentence)}", soft_wrap=True)


def report_proposed(options: str) -> None:
    """Print the options that the command has filled in, if there are any."""
    if options:
        line = f"vmray-secops: not given, so filled in for the emulator: {printable(options)}"
        console(stderr=True).print(line, soft_wrap=True)
