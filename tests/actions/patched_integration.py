"""A copy of the integration with changes, and the host that runs the copy."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from tests.actions.lab import INTEGRATION

from secops_lab.host import ActionHost
from vm_ray.core.api.vmray_timing import TIMING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from tests.actions.lab import Lab

TIMING_MODULE: Final = "core/api/vmray_timing.py"
INSTANCE: Final = "TIMING: Final = Timing()"
# The machine needs these times: a test cannot make processes start faster.
MACHINE_TIMES: Final = frozenset({"min_margin", "run_overhead", "thread_end"})


class PatchedIntegration:
    """A copy of the integration for a lab.

    Attributes:
        folder: The copy.
        host: Runs its actions.
    """

    def __init__(self, lab: Lab, parent: Path) -> None:
        self.folder = parent / "vm_ray"
        shutil.copytree(INTEGRATION, self.folder)
        self.host = ActionHost(lab.secops, self.folder)

    def put_in(self, module: str, before: str, statement: str) -> None:
        """Insert a statement before the only line of a module that begins with `before`."""
        path = self.folder / module
        lines = path.read_text(encoding="utf-8").splitlines()
        (at,) = [number for number, line in enumerate(lines) if line.strip().startswith(before)]
        indent = lines[at][: -len(lines[at].lstrip())]
        text = "\n".join([*lines[:at], f"{indent}{statement}", *lines[at:], ""])
        path.write_text(text, encoding="utf-8")

    def scale_time(self, factor: float, keep: Collection[str] = MACHINE_TIMES) -> None:
        """Multiply the durations of the copy by a factor, except those that are named in `keep`."""
        scale_time(self.folder, factor, keep)


def scale_time(
    integration: Path, factor: float, keep: Collection[str] = MACHINE_TIMES, **fixed: float
) -> None:
    """Multiply the durations of a copied integration by a factor.

    Args:
        integration: The copy.
        factor: The factor.
        keep: Durations that stay as they are.
        fixed: Durations that get a fixed value.
    """
    values = {name: value for name, value in asdict(TIMING).items() if name not in {*keep, *fixed}}
    scaled = {
        name: tuple(each * factor for each in value) if isinstance(value, tuple) else value * factor
        for name, value in values.items()
    } | fixed
    path = integration / TIMING_MODULE
    before = path.read_text(encoding="utf-8")
    after = before.replace(INSTANCE, f"TIMING: Final = Timing(**{scaled!r})")
    if after == before:
        raise LookupError(f"{TIMING_MODULE} does not contain the line {INSTANCE!r}")
    path.write_text(after, encoding="utf-8")
