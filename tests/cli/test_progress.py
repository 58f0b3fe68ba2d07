"""While an action waits for an analysis, the command shows the progress."""

from __future__ import annotations

import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import SCRIPT, TIMEOUT, environment_with

if TYPE_CHECKING:
    from pathlib import Path

RUN = (
    "run",
    "Scan URL",
    "--entity",
    "URL=http://phishing.example/",
    "--lifecycle",
    "reads:3",
    "--poll-interval",
    "0.2",
)


def read_terminal(descriptor: int) -> str:
    """Return everything that was written to a terminal whose other side is closed."""
    chunks = []
    while True:
        try:
            chunk = os.read(descriptor, 65_536)
        except OSError:  # on Linux: the last writer has closed it
            break
        if not chunk:
            break
        chunks.append(chunk)
    return b"".join(chunks).decode()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_on_a_terminal_one_line_is_updated(tmp_path: Path) -> None:
    """Given a terminal, then one line on stderr is updated; stdout has only the result."""
    reader, writer = pty.openpty()
    with subprocess.Popen(
        [SCRIPT, *RUN],
        cwd=tmp_path,
        env=environment_with(TERM="xterm", COLUMNS="200"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=writer,
        text=True,
    ) as process:
        os.close(writer)
        shown = read_terminal(reader)
        stdout, _ = process.communicate(timeout=TIMEOUT)
    os.close(reader)
    assert process.returncode == 0, shown
    assert "Scan URL" in shown
    assert "Waiting for the results for: " in shown
    assert "\x1b[2K" in shown
    assert stdout.startswith("Scan URL  completed")


def test_without_a_terminal_each_round_writes_a_line(tmp_path: Path) -> None:
    """Given no terminal, then each round writes one line without cursor movement, as in a log."""
    finished = subprocess.run(
        [SCRIPT, *RUN],
        cwd=tmp_path,
        env=environment_with(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    lines = finished.stderr.splitlines()
    assert lines
    assert [line.partition(",")[0] for line in lines] == [
        f"Scan URL: round {n}" for n in range(1, len(lines) + 1)
    ]
    assert "\x1b" not in finished.stderr
