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
"""Suites that take their runs from the registry; each has to run the new action without an edit."""


class Copy:
    """A copy of the repository that is a Git repository of its own, with everything committed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        skipped = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "dist", "node_modules")
        shutil.copytree(REPOSITORY, folder, ignore=skipped)
        self.run("git", "init", "--quiet")
        self.run("git", "add", "--all")
        who = ("-c", "user.name=Guide", "-c", "user.email=guide@example.org", "-c", "commit.gpgsign=false")
        self.run("git", *who, "commit", "--quiet", "--no-verify", "--message", "docs: perform the guide")

    def run(self, *command: str) -> str:
        """Run a command in the copy, with the copy's own code, and return its output; it must succeed."""
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
        """Run a module of Python in the copy."""
        return self.run(sys.executable, "-m", module, *arguments)

    def program(self, name: str, *arguments: str) -> str:
        """Run a program of the environment in the copy."""
        return self.run(str(Path(sys.executable).parent / name), *arguments)

    def changes(self) -> dict[str, str]:
        """The files that differ from the commit, with their state: `M` for edited, `??` for new."""
        lines = self.run("git", "status", "--porcelain", "--untracked-files=all").splitlines()
        return {line[3:]: line[:2].strip() for line in lines}


def test_an_action_is_added_as_the_guide_says(tmp_path: Path) -> None:
    """The guide's steps, one after the other: write the action, check it, run it."""
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
    """Lint, formatting, types, import rules and generated files are in order."""
    copy.python("ruff", "check", "--no-cache", ".")
    copy.python("ruff", "format", "--no-cache", "--check", ".")
    copy.python("mypy", "--cache-dir", os.devnull, *sorted(path for path in WRITTEN if path.endswith(".py")))
    copy.program("lint-imports", "--no-cache")
    copy.python("tools.generate", "--check")


def _suites_that_pass(copy: Copy) -> set[str]:
    """The suites of the registry in which tests of the new action pass; none is skipped."""
    said = copy.python("pytest", "-p", "no:cacheprovider", "-q", "-rA", "-k", STEM, *SUITES)
    assert "skipped" not in said
    return set(re.findall(r"^PASSED (\S+?)::", said, re.MULTILINE))
