"""Wrong arguments, told as typer tells its own: a sentence on stderr and the exit code of bad usage."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from secops_lab.runs.arguments import BadArgumentError
from secops_lab.runs.suggest import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def as_usage_errors() -> Iterator[None]:
    """Raise the errors of arguments as typer's `BadParameter`, with the same sentence."""
    try:
        yield
    except (UnknownNameError, BadArgumentError) as error:
        raise typer.BadParameter(str(error)) from error
