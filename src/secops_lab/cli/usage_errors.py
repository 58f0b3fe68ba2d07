"""Report wrong arguments like typer: a sentence on stderr and the exit code for bad usage."""

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
    """Convert argument errors to typer's `BadParameter` with the same text."""
    try:
        yield
    except (UnknownNameError, BadArgumentError) as error:
        raise typer.BadParameter(str(error)) from error
