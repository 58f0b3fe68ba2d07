"""Parameters are declared in Python and in YAML: both declare the same."""

from __future__ import annotations

from tests.support.declared import declared_in_python
from tests.support.registry import ACTIONS
from tools.hub_step import INTEGRATION

from secops_lab.manifest import ParameterSpec, load_integration


def test_python_and_yaml_declare_the_same_parameters() -> None:
    """For each action and the integration: names, order, defaults and which ones are mandatory."""
    declared = declared_in_python([action.stem for action in ACTIONS])

    of_integration = load_integration(INTEGRATION).configuration
    assert declared.pop("") == {"name": "", "parameters": facts(of_integration)}
    assert declared == {
        action.stem: {"name": action.name, "parameters": facts(action.parameters)} for action in ACTIONS
    }


def facts(parameters: tuple[ParameterSpec, ...]) -> list[list[object]]:
    """Name, default and whether it is mandatory."""
    return [[each.name, each.default, each.mandatory] for each in parameters]
