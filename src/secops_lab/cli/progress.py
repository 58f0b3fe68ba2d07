"""The progress of an action on stderr: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from secops_lab.cli.terminal import console, printable, shortened
from secops_lab.host import RunState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import TaskID

    from secops_lab.host import Round

_LONGEST_MESSAGE = 100


class Progress(Protocol):
    """Receives each finished round of an action."""

    def round_done(self, finished: Round) -> None:
        """Record a finished round."""


class _PlainLines:
    def __init__(self, action: str) -> None:
        self._console = console(stderr=True)
        self._action = action
        self._rounds = 0
        self._started = time.monotonic()

    def round_done(self, finished: Round) -> None:
        self._rounds += 1
        if finished.state is not RunState.IN_PROGRESS:
            return  # the result is printed next
        waited = time.monotonic() - self._started
        self._console.print(
            f"{self._action}: round {self._rounds}, {waited:.1f} s: {_said(finished)}", soft_wrap=True
        )


class _MovingLine:
    def __init__(self, bar: RichProgress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._rounds = 0

    def round_done(self, finished: Round) -> None:
        self._rounds += 1
        self._bar.update(self._task, note=f"round {self._rounds}: {_said(finished)}")


@contextmanager
def show_progress(action: str) -> Iterator[Progress]:
    """Show that `action` runs, with the message of its last round, until the block ends."""
    err = console(stderr=True)
    if not err.is_terminal:
        yield _PlainLines(action)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        TextColumn(
            "{task.fields[note]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")
        ),
    )
    with RichProgress(*columns, console=err, transient=True) as bar:
        yield _MovingLine(bar, bar.add_task(action, total=None, note="started"))


def _said(finished: Round) -> str:
    """Return the message of a round on one line."""
    return shortened(printable(" ".join(finished.message.split())), _LONGEST_MESSAGE)
