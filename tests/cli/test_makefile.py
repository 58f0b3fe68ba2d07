"""Checks of the Makefile that need no installation."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {
    "help",
    "demo",
    "quick",
    "test",
    "test-full",
    "check",
    "generate",
    "action",
    "bench",
    "soak",
    "hub",
    "pictures",
    "serve",
}


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make in `folder` with only this environment."""
    program = shutil.which("make")
    assert program
    return subprocess.run(
        [program, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def folder_with(tmp_path: Path, *programs: str) -> Path:
    """Return a folder that contains only these programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in programs:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def test_help_explains_every_target(tmp_path: Path) -> None:
    """Given `make` without arguments, then all targets are listed, each with a sentence."""
    programs = folder_with(tmp_path, "sh", "awk")
    finished = make(ROOT, PATH=str(programs))
    assert finished.returncode == 0, finished.stderr
    assert set(re.findall(r"^  make (\S+) +\S", finished.stdout, re.MULTILINE)) == TARGETS


def test_without_python_3_11_make_prints_what_to_do(tmp_path: Path) -> None:
    """Given a machine with another Python only, then there is one sentence and no traceback."""
    programs = folder_with(tmp_path, "sh")
    other = programs / "python3"
    other.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    other.chmod(0o755)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    finished = make(tmp_path, "demo", PATH=str(programs))
    assert finished.returncode != 0
    assert finished.stderr.startswith("Python 3.11 was not found: install it, or name it with 'make PYTHON=")
    assert not (tmp_path / ".venv").exists()


def test_ci_runs_the_same_targets_as_a_contributor() -> None:
    """`.ci/run` ends with the checks and the tests, so that its last line is the summary of pytest."""
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")][-2:] == ["make check", "make test"]
    assert "set -euo pipefail" in lines
