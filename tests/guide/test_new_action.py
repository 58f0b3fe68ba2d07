"""The guide "How to add an action" of CONTRIBUTING.md, performed in a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tools.hub_step import REPOSITORY

NAME: Final = "Get Weather"
STEM: Final = "get_weather"
WRITTEN: Final = {
    f"integrations/vm_ray/actions/{STEM}.py",
    f"integrations/vm_ray/actions/{STEM}.yaml",
    f"tests/actions/test_{STEM}.py",
}
GENERATED: Final = {
    "README.es.md",
    "README.md",
    "docs/api-evidence.md",
    "docs/examples.md",
    "integrations/vm_ray/resources/ai/actions_ai_description.yaml",
    "tests/packaging/contract.json",
}
SUITES: Final = (
    f"tests/actions/test_{STEM}.py",
    "tests/actions/test_bad_parameters.py",
    "tests/actions/test_common_causes.py",
    "tests/architecture/test_flattened_form.py",
    "tests/hostile/test_any_action.py",
    "tests/packaging/test_declarations.py",
    "tests/support/test_registry.py",
)
"""The suites that take their runs from the registry. Each of them has to run the new action unchanged."""


class Copy:
    """A copy of the repository, as a Git repository with everything committed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        skipped = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "dist", "node_modules")
        shutil.copytree(REPOSITORY, folder, ignore=skipped)
        self.run("git", "init", "--quiet")
        self.run("git", "add", "--all")
        who = ("-c", "user.name=Guide", "-c", "user.email=guide@example.org", "-c", "commit.gpgsign=false")
        self.run("git", *who, "commit", "--quiet", "--no-verify", "--message", "docs: perform the guide")

    def run(self, *command: str) -> str:
        """Run a command in the copy, with the code of the copy, assert its success, and return its output."""
        paths = os.pathsep.join(str(self.folder / each) for each in ("src", "integrations", "."))
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTEST_"))}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**kept, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done.stdout

    def python(self, module: str, *arguments: str) -> str:
        """Run a Python module in the copy."""
        return self.run(sys.executable, "-m", module, *arguments)

    def program(self, name: str, *arguments: str) -> str:
        """Run an installed program in the copy."""
        return self.run(str(Path(sys.executable).parent / name), *arguments)

    def changes(self) -> dict[str, str]:
        """Return the files that differ from the commit, with their state: `M` for edited, `??` for new."""
        lines = self.run("git", "status", "--porcelain", "--untracked-files=all").splitlines()
        return {line[3:]: line[:2].strip() for line in lines}


def test_an_action_is_added_by_the_steps_of_the_guide(tmp_path: Path) -> None:
    """Given the steps of the guide, then the new action is written, checked and run."""
    copy = Copy(tmp_path / "repository")
    copy.python("tools.new_action", NAME)
    copy.python("tools.generate")
    written = dict.fromkeys(WRITTEN, "??") | dict.fromkeys(GENERATED, "M")
    assert copy.changes() == written, "three files are new; nothing but generated files was edited"

    _check(copy)
    assert copy.changes() == written
    assert _suites_that_pass(copy) == set(SUITES)
    assert "Submission ID" in copy.program("vmray-secops", "actions", NAME)


def _check(copy: Copy) -> None:
    """Assert that lint, formatting, types and import rules are in order. Generated files are new."""
    copy.python("ruff", "check", "--no-cache", ".")
    copy.python("ruff", "format", "--no-cache", "--check", ".")
    copy.python("mypy", "--cache-dir", os.devnull, *sorted(path for path in WRITTEN if path.endswith(".py")))
    copy.program("lint-imports", "--no-cache")


def _suites_that_pass(copy: Copy) -> set[str]:
    """Return the suites in which tests of the new action pass, and assert that none is skipped."""
    output = copy.python("pytest", "-p", "no:cacheprovider", "-q", "-rA", "-k", STEM, *SUITES)
    assert "skipped" not in output
    return set(re.findall(r"^PASSED (\S+?)::", output, re.MULTILINE))
