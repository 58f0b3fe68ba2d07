"""One child process with stdin, stdout, stderr and a timeout."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import IO, TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

_TICK = 0.05  # seconds between checks of the cancellation flag
_GRACE = 10.0  # seconds between SIGTERM and SIGKILL; cleaning up is slow on a busy machine


class Ending(Enum):
    """The reason why the process ended."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Start:
    """The settings of a process.

    Attributes:
        command: Program and arguments.
        stdin: The complete standard input.
        env: The complete environment.
        cwd: Its working folder.
    """

    command: Sequence[str]
    stdin: bytes
    env: Mapping[str, str]
    cwd: Path


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished process.

    Attributes:
        ending: The reason for the end.
        exit_code: The exit code; negative for the signal that killed it.
        stdout: All of its output; undecodable bytes are replaced.
        stderr: All of its error output; undecodable bytes are replaced.
        duration: Seconds.
    """

    ending: Ending
    exit_code: int
    stdout: str
    stderr: str
    duration: float


class Process(Protocol):
    """A started process; `subprocess.Popen` describes the members."""

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its group."""

    def communicate(self, *, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Wait for the end, and return all output and all error output."""

    def wait(self) -> int:
        """Wait for the end, and return the exit code."""


def open_process(start: Start, stdin: IO[bytes]) -> AbstractContextManager[Process]:
    """Start a process that leads a new group."""
    return subprocess.Popen(  # noqa: S603 - starting scripts is the purpose of the host
        list(start.command),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(start.env),
        cwd=start.cwd,
        start_new_session=True,
    )


def run_child(start: Start, timeout: float, cancel: threading.Event | None = None) -> Finished:
    """Run a command until it ends or its timeout has passed.

    The child leads a new process group; the whole group is stopped with the child.

    Args:
        start: The command.
        timeout: Seconds after which the process is stopped.
        cancel: Stops the process when set.
    """
    started = time.monotonic()
    with (
        _as_file(start.stdin) as stdin,
        _signals_held() as let_go,
        open_process(start, stdin) as process,
    ):
        try:
            let_go()
            ending, out, err = _await(process, started + timeout, cancel)
        finally:
            _signal_group(process, signal.SIGKILL)
            exit_code = process.wait()  # after an interrupt, Popen would leave the ended process to init
        return Finished(
            ending=ending,
            exit_code=exit_code,
            stdout=out.decode("utf-8", "replace"),
            stderr=err.decode("utf-8", "replace"),
            duration=time.monotonic() - started,
        )


@contextmanager
def _as_file(content: bytes) -> Iterator[IO[bytes]]:
    """Yield the standard input as a file.

    A file, not a pipe: after a timeout, `communicate()` does not continue to write to a pipe, and a slow
    reader would lose the rest.
    """
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        yield file


@contextmanager
def _signals_held() -> Iterator[Callable[[], None]]:
    """Delay signals of this thread until the yielded function is called.

    An interrupt inside `Popen()` would leave a started process that nobody can stop. Handlers delay the
    signals instead of a mask, because the process would inherit a mask.
    """
    handlers: dict[signal.Signals, Any] = {}
    came: list[int] = []

    def let_go() -> None:
        while handlers:
            signal.signal(*handlers.popitem())
        while came:
            signal.raise_signal(came.pop())

    try:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if callable(handler := signal.getsignal(number)):
                    handlers[number] = handler
                    signal.signal(number, lambda which, _: came.append(which))
        yield let_go
    finally:
        let_go()


def _await(process: Process, deadline: float, cancel: threading.Event | None) -> tuple[Ending, bytes, bytes]:
    while True:
        left = deadline - time.monotonic()
        if cancel is not None and cancel.is_set():
            return Ending.CANCELLED, *_end(process)
        if left <= 0:
            return Ending.TIMED_OUT, *_end(process)
        try:
            out, err = process.communicate(timeout=left if cancel is None else min(left, _TICK))
        except subprocess.TimeoutExpired:
            continue
        return Ending.EXITED, out, err


def _end(process: Process) -> tuple[bytes, bytes]:
    """Send SIGTERM, so that the SDK removes its temporary folder, then SIGKILL."""
    _signal_group(process, signal.SIGTERM)
    try:
        return process.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        _signal_group(process, signal.SIGKILL)
        return process.communicate()


def _signal_group(process: Process, number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return  # the group has no process any more
