"""The fixtures of the command line tests: the installed script in its own process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(sys.executable).with_name("vmray-secops")
TIMEOUT = 600  # seconds; the machine can be busy


class Cli(Protocol):
    """The command `vmray-secops`."""

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end with these arguments and additional environment variables."""


def environment_with(**more: str) -> dict[str, str]:
    """Return the environment of this process without the variables that affect the command."""
    removed = re.compile(r"VMRAY_.*|COLUMNS|FORCE_COLOR|NO_COLOR|SSL_CERT_.*|.*_(CA_BUNDLE|PROXY|proxy)")
    return {name: value for name, value in os.environ.items() if not removed.fullmatch(name)} | more


@contextmanager
def running(folder: Path, *arguments: str, **environment: str) -> Iterator[str]:
    """Run a command that serves, yield its first lines, interrupt it, and assert that it stops cleanly."""
    with subprocess.Popen(
        [SCRIPT, *arguments],
        cwd=folder,
        env=environment_with(**environment),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first_lines = ""
        try:
            while "Press Ctrl-C to stop." not in first_lines:
                line = process.stdout.readline()
                assert line, f"ended after: {first_lines}"
                first_lines += line
            yield first_lines
        finally:
            process.send_signal(signal.SIGINT)
            try:
                rest, _ = process.communicate(timeout=TIMEOUT)
            finally:
                process.kill()  # leaving the block waits for the end of the process
    assert process.returncode == 0
    assert "has stopped." in rest


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run the command in an empty folder."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SCRIPT, *arguments],
            cwd=tmp_path,
            env=environment_with(**environment),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )

    return run


@pytest.fixture
def emulator() -> Iterator[EmbeddedEmulator]:
    """Yield an emulator that runs outside the command, as a real VMRay does."""
    with EmbeddedEmulator(port=0) as running:
        yield running
