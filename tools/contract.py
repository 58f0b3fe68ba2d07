"""The contract of the integration: what playbooks refer to, taken from the declarations of the actions.

`python -m tools.contract` writes `tests/packaging/contract.json`; with `--check` the command compares and
changes nothing. The file is never edited by hand: its diff is what a reviewer reads.
"""

from __future__ import annotations

import difflib
import json
import sys
from typing import TYPE_CHECKING, Any, Final

from secops_lab.yaml_text import read_yaml
from tools.hub_step import INTEGRATION, REPOSITORY, say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONTRACT: Final = REPOSITORY / "tests" / "packaging" / "contract.json"
ADVICE: Final = "The contract with existing playbooks has changed. Review the change, then run make generate."


def read_contract(integration: Path = INTEGRATION) -> dict[str, Any]:
    """Read the contract from the declarations: the integration's parameters and all actions by stem."""
    head = _load(integration / "definition.yaml")
    declarations = sorted((integration / "actions").glob("*.yaml"))
    return {
        "identifier": head["identifier"],
        "parameters": [_parameter(each) for each in head["parameters"]],
        "actions": {path.stem: _action(_load(path)) for path in declarations},
    }


def contract_text(integration: Path = INTEGRATION) -> str:
    """Return the contract as the text of its file."""
    return json.dumps(read_contract(integration), indent=2, ensure_ascii=False) + "\n"


def difference(committed: str, fresh: str) -> str:
    """Return the unified diff from the committed contract to the fresh one, empty if they are equal."""
    lines = difflib.unified_diff(
        committed.splitlines(), fresh.splitlines(), "committed", "declared", lineterm=""
    )
    return "\n".join(lines)


def _action(declared: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": declared["name"],
        "is_async": declared["is_async"],
        "script_result_name": declared["script_result_name"],
        "json_result": bool(declared.get("dynamic_results_metadata")),
        "entities": json.loads(declared["simulation_data_json"])["Entities"],
        "parameters": [_parameter(each) for each in declared.get("parameters") or ()],
    }


def _parameter(declared: Mapping[str, Any]) -> dict[str, Any]:
    choice = {"values": declared["optional_values"]} if declared.get("optional_values") else {}
    return {
        "name": declared["name"],
        "type": declared["type"],
        "mandatory": declared["is_mandatory"],
        "default": declared["default_value"],
        **choice,
    }


def _load(path: Path) -> dict[str, Any]:
    return dict(read_yaml(path.read_text("utf-8")))


def main(arguments: list[str] | None = None) -> int:
    """Write the contract, or compare it.

    Returns:
        Exit code: 0 written or equal, 1 different (only with `--check`).
    """
    fresh = contract_text()
    if "--check" not in (sys.argv[1:] if arguments is None else arguments):
        CONTRACT.write_text(fresh, "utf-8")
        return 0
    found = difference(CONTRACT.read_text("utf-8") if CONTRACT.exists() else "", fresh)
    if found:
        say(f"{found}\n{ADVICE}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
