"""Run the content hub's own tool `mp` on a copy of the integration.

`mp` also prints "All Validations Passed" when it found nothing to validate, so its figures are read.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.hub_errors import PackagingError

RULES: Final = 23
"""Number of validation rules of `mp` 1.35. Fewer executed rules mean that a fatal rule stopped the rest."""

MARKETPLACE: Final = Path("content", "response_integrations", "third_party", "community")
NOT_EXPORTED: Final = shutil.ignore_patterns("__pycache__", ".*_cache", ".venv", "uv.lock")
SDK_SOURCE: Final = re.compile(r"^soar-sdk = \{.*\}$", re.MULTILINE)
FIGURES: Final = re.compile(r"Passed: (\d+) \| Executed: (\d+) / (\d+) validations")


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of `mp validate`.

    Attributes:
        passed: Rules that the integration passes.
        executed: Rules that were checked before a fatal one ended the run.
        rules: All rules.
    """

    passed: int
    executed: int
    rules: int

    @property
    def clean(self) -> bool:
        """Whether every rule was checked and passed."""
        return self.passed == self.executed == self.rules == RULES

    def __str__(self) -> str:
        """Return the figures as `mp` writes them."""
        return f"Passed: {self.passed} | Executed: {self.executed} / {self.rules} validations"


@dataclass(frozen=True, slots=True)
class Hub:
    """A content hub with one integration in a separate folder, and `mp` to check and build it.

    Attributes:
        mp: The tool's program.
        root: The hub's folder, created and filled by `export`.
    """

    mp: Path
    root: Path

    def export(self, integration: Path, sdk: Path | None) -> Path:
        """Copy the integration into the hub's layout and lock its dependencies.

        Args:
            integration: The source folder.
            sdk: A checkout of the SecOps SDK (`soar-sdk`, not on PyPI) to lock against instead of GitHub.

        Returns:
            The copy.

        Raises:
            PackagingError: uv was not found, or could not resolve the dependencies.
        """
        copy = self.root / MARKETPLACE / integration.name
        shutil.copytree(integration, copy, ignore=NOT_EXPORTED)
        project = copy / "pyproject.toml"
        if sdk is not None:
            local = f'soar-sdk = {{ path = "{sdk.resolve().as_posix()}" }}'
            project.write_text(SDK_SOURCE.sub(lambda _: local, project.read_text(encoding="utf-8")))
        lock = self._run([self._uv(), "lock", "--project", str(copy), "--python", sys.executable])
        if lock.returncode:
            raise PackagingError(
                f"uv could not lock the dependencies: {lock.stderr.strip()}\n"
                "Without access to GitHub, set SOAR_SDK_DIR to a checkout of chronicle/soar-sdk."
            )
        self._configure()
        return copy

    def validate(self, name: str) -> tuple[Figures | None, str]:
        """Check the exported integration `name` against the hub's rules.

        Returns:
            The figures (None where `mp` printed none) and the whole output of `mp`.
        """
        done = self._run([str(self.mp), "validate", "integration", name])
        said = done.stdout + done.stderr
        found = FIGURES.search(said)
        return (Figures(*map(int, found.groups())) if found else None), said

    def build(self, name: str, identifier: str) -> Path:
        """Build the exported integration and return the folder that `mp` filled.

        Raises:
            PackagingError: `mp` failed, or built nothing.
        """
        out = self.root / "built"
        out.mkdir()
        source = str(self.root / MARKETPLACE)
        done = self._run([str(self.mp), "build", "integration", name, "--src", source, "--dst", str(out)])
        built = out / identifier
        if done.returncode or not built.is_dir():
            raise PackagingError(f"mp could not build {name}: {(done.stdout + done.stderr).strip()}")
        return built

    def _configure(self) -> None:
        settings = self.root / "settings" / "mp-cli-tool"
        settings.mkdir(parents=True)
        (settings / "telemetry_config.yaml").write_text("report: false\n")
        done = self._run([str(self.mp), "config", "--root-path", str(self.root)])
        if done.returncode:
            raise PackagingError(f"{self.mp} is not the content hub's mp: {done.stderr.strip()}")

    def _uv(self) -> str:
        beside = self.mp.resolve().parent / "uv"
        uv = str(beside) if beside.exists() else shutil.which("uv")
        if uv is None:
            raise PackagingError("uv, which mp needs for the lock file, was not found: pip install uv")
        return uv

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        own = {
            "XDG_CONFIG_HOME": str(self.root / "settings"),
            "NO_COLOR": "1",
            "COLUMNS": "200",
            "TERM": "dumb",
        }
        return subprocess.run(  # noqa: S603 - our own list, no shell
            command, capture_output=True, text=True, check=False, env={**os.environ, **own}
        )


def find_mp() -> Path | None:
    """Return the hub's tool: the program that MP names, else `mp` on PATH, else None.

    Raises:
        PackagingError: MP names no program.
    """
    named = os.environ.get("MP")
    found = shutil.which(named or "mp")
    if found is None and named:
        raise PackagingError(f"MP names {named}, and no program is there")
    return Path(found) if found else None


def find_sdk() -> Path | None:
    """Return the checkout of the SecOps SDK that SOAR_SDK_DIR names, or None if the variable is not set.

    Raises:
        PackagingError: The folder is no checkout of soar-sdk.
    """
    named = os.environ.get("SOAR_SDK_DIR")
    if not named:
        return None
    inside = Path(named).resolve()
    for folder in (inside, *inside.parents[:2]):  # the checkout, its src, or its package
        if (folder / "pyproject.toml").is_file():
            return folder
    raise PackagingError(f"SOAR_SDK_DIR names {named}, and no checkout of soar-sdk (pyproject.toml) is there")
