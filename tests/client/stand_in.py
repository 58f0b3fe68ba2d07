"""Import modules that need the SDK of the platform, in this process, with the stand-in of the SDK."""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from secops_lab.host.launch import STAND_IN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


@contextmanager
def imported(*names: str) -> Iterator[dict[str, ModuleType]]:
    """Import modules of the integration by their names below `vm_ray`; forget them at the end."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(STAND_IN), str(STAND_IN.parent)])
        patch.setattr(sys, "meta_path", [*sys.meta_path])
        patch.setattr(sys, "argv", ["action"])
        yield {name: importlib.import_module(f"vm_ray.{name}") for name in names}
        for name in set(sys.modules) - before:
            path = getattr(sys.modules[name], "__file__", None) or ""
            if path.startswith(str(STAND_IN.parent)) or name.startswith(
                ("vm_ray.actions", "vm_ray.core.soar")
            ):
                del sys.modules[name]
