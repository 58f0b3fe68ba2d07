"""What the classes of the actions declare, read in a process of its own: they need the platform's SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from tools.hub_step import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Sequence

SDK: Final = REPOSITORY / "src" / "secops_lab" / "sdk"
_SCRIPT: Final = """
import importlib, inspect, json, sys
from vm_ray.core.soar.vmray_configuration import Configuration

def facts(declared):
    return [[each.name, each.default, each.mandatory] for each in declared]

found = {"": {"name": "", "parameters": facts(Configuration.declared())}}
for stem in sys.argv[1:]:
    module = importlib.import_module(f"vm_ray.actions.{stem}")
    (action,) = [each for each in vars(module).values() if inspect.isclass(each)
                 and each.__module__ == module.__name__ and hasattr(each, "perform")]
    found[stem] = {"name": action.name, "parameters": facts(action.parameters.declared())}
sys.__stdout__.write(json.dumps(found))
"""


def declared_in_python(stems: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return, by the stem of the action's file, the name of its class and its parameters.

    A parameter is a list: name, default, whether it is mandatory. The integration itself has the empty stem.
    """
    paths = os.pathsep.join([str(REPOSITORY / "integrations"), str(SDK)])
    run = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *stems],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        check=True,
        text=True,
    )
    found: dict[str, dict[str, Any]] = json.loads(run.stdout)
    return found
