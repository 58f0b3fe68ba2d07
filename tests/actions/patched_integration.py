"""A copy of the integration that is changed in one place, and the host that runs it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.actions.lab import INTEGRATION

from secops_lab.host import ActionHost

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab


class PatchedIntegration:
    """A copy of the integration for a lab.

    Attributes:
        folder: The copy.
        host: Runs its actions.
    """

    def __init__(self, lab: Lab, parent: Path) -> None:
        self.folder = parent / "vm_ray"
        shutil.copytree(INTEGRATION, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        self.host = ActionHost(lab.secops, self.folder)

    def put_in(self, module: str, before: str, statement: str) -> None:
        """Put a statement before the only line of a module that begins like this."""
        path = self.folder / module
        lines = path.read_text(encoding="utf-8").splitlines()
        (at,) = [number for number, line in enumerate(lines) if line.strip().startswith(before)]
        indent = lines[at][: -len(lines[at].lstrip())]
        text = "\n".join([*lines[:at], f"{indent}{statement}", *lines[at:], ""])
        path.write_text(text, encoding="utf-8")
