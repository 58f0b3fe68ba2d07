"""The case wall is an extra: all the rest works without what it needs."""

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
def test_other_commands_do_not_need_it(arguments: list[str]) -> None:
    """They run where its libraries cannot be imported."""
    program = WITHOUT.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)


def test_serve_says_how_to_add_it() -> None:
    """One sentence with the command, no trace, and the exit code of what could not be run."""
    program = WITHOUT.format(arguments=["serve"])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "pip install 'vmray-secops[web]'" in done.stderr
    assert "Traceback" not in done.stderr
