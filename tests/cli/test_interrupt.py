"""Ctrl-C and SIGTERM: the action's process ends with the command, and both say so."""

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

PATIENCE = 120


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Programs inherit an ignored SIGINT, as from a CI that runs in the background; here none is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _children(process_id: int) -> list[int]:
    listed = Path(f"/proc/{process_id}/task/{process_id}/children")
    if not listed.is_file():
        pytest.skip("this system does not list the children of a process")
    return [int(each) for each in listed.read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_leaves_no_process(number: signal.Signals, tmp_path: Path) -> None:
    """While VMRay keeps the action waiting, the command is ended: so does the action."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
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
                asking, _ = silent.accept()  # the action's process is there, and waits for an answer
                actions = _children(command.pid)
                command.send_signal(number)
                stdout, stderr = command.communicate(timeout=PATIENCE)
                asking.close()
            finally:
                command.kill()  # leaving the block waits for its end
    assert command.returncode == 130
    assert stdout == ""
    assert "vmray-secops: interrupted; submissions remain in VMRay." in stderr
    assert "Traceback" not in stderr
    assert actions
    for process_id in actions:
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)
    assert list(tmp_path.iterdir()) == []


def test_what_an_interrupt_ends_is_waited_for(tmp_path: Path) -> None:
    """When the caller goes on, the process is gone: it is no zombie that somebody has to see to later."""
    born = tmp_path / "process-id"
    os.mkfifo(born)
    started: list[int] = []

    class Interrupt(threading.Event):
        def is_set(self) -> bool:
            started.append(int(born.read_text()))
            signal.raise_signal(signal.SIGINT)
            return False

    command = ("/bin/sh", "-c", f"echo $$ > '{born}'; exec sleep 60")
    with pytest.raises(KeyboardInterrupt):
        run_child(Start(command, b"", dict(os.environ), tmp_path), PATIENCE, Interrupt())
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


def test_an_interrupt_while_a_process_starts_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is there already, but the caller has not got it yet: it is ended all the same."""
    started: list[int] = []

    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - handed on
            super().__init__(*arguments, **options)
            started.append(self.pid)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_child(Start(("sleep", "60"), b"", dict(os.environ), tmp_path), PATIENCE)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)
