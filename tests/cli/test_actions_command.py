"""`vmray-secops actions` lists what the YAML files declare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

DEFINITIONS = Path(__file__).resolve().parents[2] / "integrations" / "vm_ray" / "actions"


def test_the_json_list_matches_the_yaml_files(cli: Cli) -> None:
    """Given all actions, then names, parameters and mandatory flags are those of the YAML files."""
    finished = cli("actions", "--json")
    assert finished.returncode == 0
    listed = {each["name"]: each for each in json.loads(finished.stdout)}
    declared = {
        raw["name"]: raw
        for raw in (yaml.safe_load(file.read_text("utf-8")) for file in DEFINITIONS.glob("*.yaml"))
    }
    assert listed.keys() == declared.keys()
    for name, raw in declared.items():
        assert [(p["name"], p["mandatory"]) for p in listed[name]["parameters"]] == [
            (p["name"], p["is_mandatory"]) for p in raw["parameters"]
        ]
        assert listed[name]["is_async"] is raw["is_async"]


def test_one_action_is_shown_with_its_parameters(cli: Cli) -> None:
    """Given one action, then the table has names, types, defaults and mandatory flags of its parameters."""
    finished = cli("actions", "scan hash")
    assert finished.returncode == 0
    shown = " ".join(finished.stdout.split())
    for words in ("Scan Hash", "Threat Indicator Score Threshold", "string", "Malicious, Suspicious", "yes"):
        assert words in shown
    assert "Tag Name" not in shown


def test_the_list_can_be_piped(cli: Cli) -> None:
    """Given an output that is no terminal, then there are no colour codes."""
    assert "\x1b" not in cli("actions").stdout
