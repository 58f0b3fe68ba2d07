"""An action that only returns a result: the baseline cost of the SDK."""

from __future__ import annotations

import json
from pathlib import Path

_SCRIPT = """from soar_sdk.SiemplifyAction import SiemplifyAction

if __name__ == "__main__":
    siemplify = SiemplifyAction()
    size = int(siemplify.parameters.get("Characters") or 0)
    if size:
        siemplify.result.add_attachment("large", "large.bin", "x" * size)
    siemplify.end("done", True)
"""


def write_minimal_integration(folder: Path) -> Path:
    """Write an integration with one action, and return its folder.

    The action returns a result with as many characters as its parameter `Characters` says.
    """
    integration = folder / "bare"
    (integration / "actions").mkdir(parents=True)
    for package in (integration, integration / "actions"):
        (package / "__init__.py").touch()
    definition = {
        "identifier": "Bare",
        "name": "Bare",
        "parameters": [],
        "documentation_link": "https://bare.example",
    }
    (integration / "definition.yaml").write_text(
        json.dumps({**definition, "categories": [], "svg_logo_path": "x"})
    )
    (integration / "pyproject.toml").write_text(
        '[project]\nname = "bare"\nversion = "1.0"\ndescription = "Nothing"\n'
    )
    parameter = {"name": "Characters", "type": "string", "default_value": "", "is_mandatory": False}
    parameters = [{**parameter, "description": "The size of the result"}]
    action = {
        "name": "Bare",
        "description": "Nothing",
        "integration_identifier": "Bare",
        "parameters": parameters,
    }
    (integration / "actions" / "bare.yaml").write_text(json.dumps({**action, "dynamic_results_metadata": []}))
    (integration / "actions" / "bare.py").write_text(_SCRIPT)
    return integration
