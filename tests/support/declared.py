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
_ACTIONS: Final = """
import importlib, inspect, json, sys

def action_of(stem):
    module = importlib.import_module(f"vm_ray.actions.{stem}")
    (action,) = [each for each in vars(module).values() if inspect.isclass(each)
                 and each.__module__ == module.__name__ and hasattr(each, "perform")]
    return action
"""
_DECLARED: Final = f"""{_ACTIONS}
from vm_ray.core.soar.vmray_configuration import Configuration

def facts(declared):
    return [[each.name, each.default, each.mandatory] for each in declared]

found = {{"": {{"name": "", "parameters": facts(Configuration.declared())}}}}
for stem in sys.argv[1:]:
    action = action_of(stem)
    found[stem] = {{"name": action.name, "parameters": facts(action.parameters.declared())}}
sys.__stdout__.write(json.dumps(found))
"""
_ERRORS: Final = f"""{_ACTIONS}
from vm_ray.core.api.vmray_errors import ParameterError

texts = json.load(sys.stdin)

def error(parameter, text):
    try:
        parameter.kind.read(parameter.name, text)
    except ParameterError as error:
        return str(error)

found = {{}}
for stem in sys.argv[1:]:
    for each in action_of(stem).parameters.declared():
        found[f"{{stem}}: {{each.name}}"] = [error(each, text) for text in texts]
sys.__stdout__.write(json.dumps(found))
"""


def declared_in_python(stems: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return, by the stem of the action's file, the name of its class and its parameters.

    A parameter is a list: name, default, whether it is mandatory. The integration itself has the empty stem.
    """
    found: dict[str, dict[str, Any]] = _run(_DECLARED, stems)
    return found


def errors_of_parameters(stems: Sequence[str], texts: Sequence[str]) -> dict[str, list[str | None]]:
    """Return, by action and parameter, the message about each text; None if the text is a valid value."""
    found: dict[str, list[str | None]] = _run(_ERRORS, stems, json.dumps(texts))
    return found


def _run(script: str, stems: Sequence[str], given: str = "") -> Any:  # noqa: ANN401 - any JSON value
    paths = os.pathsep.join([str(REPOSITORY / "integrations"), str(SDK)])
    run = subprocess.run(
        [sys.executable, "-c", script, *stems],
        input=given,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(run.stdout)
