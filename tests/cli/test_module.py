"""`python -m secops_lab` is the same command as the script `vmray-secops`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import TIMEOUT, environment_with

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli


@pytest.mark.parametrize("arguments", [("actions", "Ping"), ("run", "Pong")])
def test_the_module_is_the_command(cli: Cli, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Given a success or an error, then output and exit code are the same."""
    script = cli(*arguments)
    module = subprocess.run(
        [sys.executable, "-m", "secops_lab", *arguments],
        cwd=tmp_path,
        env=environment_with(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    stderr = module.stderr.replace("python -m secops_lab", "vmray-secops")
    assert (module.returncode, module.stdout, stderr) == (script.returncode, script.stdout, script.stderr)
    assert script.stdout + script.stderr


def test_the_commands_load_no_server() -> None:
    """Given the command's module, then the emulator's HTTP server and the case wall are not imported."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, json, secops_lab.cli.app; print(json.dumps([*sys.modules]))"],
        env=environment_with(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=True,
    )
    modules = set(json.loads(loaded.stdout))
    assert "secops_lab.cli.run_command" in modules
    assert not modules & {"uvicorn", "starlette", "jinja2", "sse_starlette", "vmray_emulator.server"}
