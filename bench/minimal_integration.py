"""An action that does nothing: the baseline cost of the SDK import and the start of `SiemplifyAction`."""

from __future__ import annotations

import json
from pathlib import Path

_SCRIPT = """from soar_sdk.SiemplifyAction import SiemplifyAction

if __name__ == "__main__":
    SiemplifyAction().end("done", True)
"""


def write_minimal_integration(folder: Path) -> Path:
    """Write an integration with one action that does nothing, and return its folder."""
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
    action = {"name": "Bare", "description": "Nothing", "integration_identifier": "Bare", "parameters": []}
    (integration / "actions" / "bare.yaml").write_text(json.dumps({**action, "dynamic_results_metadata": []}))
    (integration / "actions" / "bare.py").write_text(_SCRIPT)
    return integration
