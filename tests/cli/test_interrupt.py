"""Given Ctrl-C or SIGTERM, then the command ends together with the action's process, with one sentence."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.conftest import SCRIPT, environment_with

from secops_lab.host.child import Start, run_child

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT = 120


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Restore the handling of SIGINT: a CI job in the background ignores it, and processes inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _children(process_id: int) -> list[int]:
    listed = Path(f"/proc/{process_id}/task/{process_id}/children")
    if not listed.is_file():
        pytest.skip("this system does not list the children of a process")
    return [int(each) for each in listed.read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_its_process(number: signal.Signals, tmp_path: Path) -> None:
    """Given a signal while the action waits for VMRay, then the action's process ends too."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(TIMEOUT)
        root = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with subprocess.Popen(
            [SCRIPT, "run", "Ping", "--api-root", root, "--json"],
            cwd=tmp_path,
            env=environment_with(VMRAY_API_KEY="a-key-of-somebody", TMPDIR=str(tmp_path)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            try:
                connection, _ = silent.accept()  # now the action's process runs and waits for a response
                actions = _children(command.pid)
                command.send_signal(number)
                stdout, stderr = command.communicate(timeout=TIMEOUT)
                connection.close()
            finally:
                command.kill()  # leaving the block waits for the end of the process
    assert command.returncode == 130
    assert stdout == ""
    assert "vmray-secops: interrupted; submissions remain in VMRay." in stderr
    assert "Traceback" not in stderr
    assert actions
    for process_id in actions:
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_waits_for_the_end_of_the_process(tmp_path: Path) -> None:
    """Given an interrupt, then the child process has ended and is no zombie when the caller continues."""
    pipe = tmp_path / "process-id"
    os.mkfifo(pipe)
    started: list[int] = []

    class Interrupt(threading.Event):
        def is_set(self) -> bool:
            started.append(int(pipe.read_text()))
            signal.raise_signal(signal.SIGINT)
            return False

    command = ("/bin/sh", "-c", f"echo $$ > '{pipe}'; exec sleep 60")
    with pytest.raises(KeyboardInterrupt):
        run_child(Start(command, b"", dict(os.environ), tmp_path), TIMEOUT, Interrupt())
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


def test_an_interrupt_while_a_process_starts_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given an interrupt before the caller has the process, then the process is ended too."""
    started: list[int] = []

    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed through
            super().__init__(*arguments, **options)
            started.append(self.pid)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_child(Start(("sleep", "60"), b"", dict(os.environ), tmp_path), TIMEOUT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)
