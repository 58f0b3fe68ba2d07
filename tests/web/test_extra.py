"""The case wall is an optional extra: everything else works without its libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

WITHOUT = """
import sys
for name in ("jinja2", "markupsafe", "sse_starlette"):
    sys.modules[name] = None
sys.argv = ["vmray-secops", *{arguments!r}]
from secops_lab.cli.app import main
main()
"""


@pytest.mark.parametrize(
    "arguments", [["actions"], ["--help"], ["run", "Ping"], ["emulate", "--help"], ["serve", "--help"]]
)
def test_other_commands_work_without_the_extra(arguments: list[str]) -> None:
    """Given a Python without the libraries of the case wall, the other commands run."""
    program = WITHOUT.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)


def test_serve_names_the_command_that_installs_the_extra() -> None:
    """The error is one sentence with the command, without a traceback; the exit code is 3."""
    program = WITHOUT.format(arguments=["serve"])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "pip install 'vmray-secops[web]'" in done.stderr
    assert "Traceback" not in done.stderr
