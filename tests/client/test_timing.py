"""The durations of the integration: each is documented, and a copy can scale them."""

from __future__ import annotations

import importlib.util
import inspect
import re
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.actions.lab import INTEGRATION
from tests.actions.patched_integration import MACHINE_TIMES, scale_time

from vm_ray.core.api.vmray_timing import TIMING, Timing

if TYPE_CHECKING:
    from collections.abc import Mapping


def copied(folder: Path) -> Path:
    """Copy the module of durations to its place in an integration."""
    module = folder / "core" / "api" / "vmray_timing.py"
    module.parent.mkdir(parents=True)
    shutil.copy(Path(INTEGRATION) / "core" / "api" / "vmray_timing.py", module)
    return module


def values(module: Path) -> Mapping[str, float | tuple[float, ...]]:
    """Import a copy, and return its durations."""
    spec = importlib.util.spec_from_file_location("copied_timing", module)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "copied_timing", loaded)
        spec.loader.exec_module(loaded)
    return asdict(loaded.TIMING)


def test_every_duration_is_documented() -> None:
    """Given each value, then the docstring has an entry for it, in the same order."""
    documented = re.findall(r"^    (\w+): ", inspect.getdoc(Timing) or "", re.MULTILINE)
    assert documented == list(asdict(TIMING))


def test_a_copy_has_scaled_durations(tmp_path: Path) -> None:
    """Given a copy, then all values are multiplied, except those that depend on the machine."""
    module = copied(tmp_path)

    scale_time(tmp_path, 0.1)

    scaled, real = values(module), asdict(TIMING)
    assert scaled["read_timeout"] == pytest.approx(real["read_timeout"] / 10)
    assert scaled["submit_lookups"] == pytest.approx([each / 10 for each in real["submit_lookups"]])
    assert {name for name in real if scaled[name] == real[name]} == MACHINE_TIMES


def test_a_module_without_the_expected_line_is_an_error(tmp_path: Path) -> None:
    """Given a module without the expected line, then it is an error; otherwise tests would wait in full."""
    module = copied(tmp_path)
    module.write_text(module.read_text(encoding="utf-8").replace("Timing()", "Timing( )"), encoding="utf-8")
    with pytest.raises(LookupError, match="does not contain the line"):
        scale_time(tmp_path, 0.1)
