"""Start the processes of actions from an interpreter that has imported the third-party libraries.

Such a process is a process of its own, with the real streams, environment and exit code. It starts several
times faster than a new interpreter. Suites that run very many actions use it; see `fork_server.py`. The tests
of the host, the CLI, the pages, the built form and the real SDK start new interpreters, as users do.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self

import pytest

from secops_lab.host import action_host, child
from secops_lab.host.launch import STAND_IN
from secops_lab.manifest import load_integration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from secops_lab.host.child import Start
    from secops_lab.manifest import IntegrationSpec

SERVER: Final = Path(__file__).with_name("fork_server.py")
_LOCK: Final = threading.Lock()
_new_interpreter: Final = child.open_process


@contextmanager
def warm_start() -> Iterator[None]:
    """Let hosts fork their processes, and read each integration once; a context manager."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(action_host, "load_integration", known_integration)
        if sys.platform == "linux":
            patch.setattr(child, "open_process", _open)
        yield


@pytest.fixture(scope="module", autouse=True)
def forked_actions() -> Iterator[None]:
    """Fork the processes of actions in all tests of a folder whose `conftest.py` imports this fixture."""
    with warm_start():
        yield


def known_integration(folder: Path) -> IntegrationSpec:
    """Read an integration's folder, unless it is known and its files are unchanged."""
    return _read(folder, _files(folder))


@cache
def _read(folder: Path, _files: frozenset[tuple[str, int, int]]) -> IntegrationSpec:
    return load_integration(folder)


def _files(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Return path, time and size of each file in the folder and in its direct subfolders: all definitions."""
    folders = [str(folder), *(each.path for each in os.scandir(folder) if each.is_dir())]
    files = (file for each in folders for file in os.scandir(each) if file.is_file())
    return frozenset((file.path, file.stat().st_mtime_ns, file.stat().st_size) for file in files)


def _open(start: Start, stdin: IO[bytes]) -> AbstractContextManager[child.Process]:
    """Fork a process of the stand-in SDK; start a new interpreter for another SDK or another interpreter."""
    if start.command[0] != sys.executable or str(STAND_IN) not in start.env["PYTHONPATH"]:
        return _new_interpreter(start, stdin)
    return ForkedProcess(start, stdin)


@cache
def _connection() -> socket.socket:
    """The connection to the server, which is started at the first use and ends with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with theirs:
        server = subprocess.Popen(
            [sys.executable, str(SERVER), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    atexit.register(_end, ours, server)
    return ours


def _end(connection: socket.socket, server: subprocess.Popen[bytes]) -> None:
    connection.close()
    server.wait()


class ForkedProcess:
    """A process with the members of `subprocess.Popen` that the host uses.

    Attributes:
        pid: The process id.
    """

    def __init__(self, start: Start, stdin: IO[bytes]) -> None:
        out, err, report = os.pipe(), os.pipe(), os.pipe()
        message = {
            "command": list(start.command),
            "env": [f"{name}={value}" for name, value in start.env.items()],
            "cwd": [str(start.cwd)],
        }
        with _LOCK:
            socket.send_fds(
                _connection(), [json.dumps(message).encode()], [stdin.fileno(), out[1], err[1], report[1]]
            )
        for each in (out, err, report):
            os.close(each[1])
        self._report = os.fdopen(report[0], encoding="ascii")
        self.pid = int(self._report.readline())
        self._output = [b"", b""]
        self._readers = [
            threading.Thread(target=self._read, args=(number, pipe[0]), daemon=True)
            for number, pipe in enumerate((out, err))
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, number: int, pipe: int) -> None:
        with os.fdopen(pipe, "rb") as file:
            self._output[number] = file.read()

    def communicate(self, *, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Wait for the end of the output, and return all of it.

        Raises:
            subprocess.TimeoutExpired: The time is up.
        """
        for reader in self._readers:
            reader.join(timeout)
            if reader.is_alive():
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return self._output[0], self._output[1]

    def wait(self) -> int:
        """Wait for the end, and return the exit code."""
        with self._report:
            return int(self._report.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for reader in self._readers:
            reader.join()
