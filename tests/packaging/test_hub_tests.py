"""Runs the tests of the integration in the same way as the hub: in its folder, with the SDK on the path."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools.hub_step import INTEGRATION

from secops_lab.host.launch import find_sdk

REAL_SDK = os.environ.get("SOAR_SDK_DIR")
SDKS = [
    pytest.param(None, id="stand-in"),
    pytest.param(
        REAL_SDK,
        id="real",
        marks=pytest.mark.skipif(not REAL_SDK, reason="SOAR_SDK_DIR names no checkout of the real SDK"),
    ),
]


@pytest.mark.parametrize("sdk", SDKS)
def test_the_integrations_own_tests_pass(sdk: str | None, tmp_path: Path) -> None:
    """Given no network, no TIPCommon and no settings of this repository, then the tests pass."""
    folder = find_sdk(Path(sdk) if sdk else None)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder.parent), str(folder)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        [*command, f"--basetemp={tmp_path / 'base'}", "--rootdir=.", "tests"],
        cwd=INTEGRATION,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
