"""The declarations are a contract with existing playbooks: each change is a diff that a person reviews."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tests.support.registry import ACTIONS
from tools.contract import ADVICE, CONTRACT, contract_text, difference, main, read_contract
from tools.hub_step import INTEGRATION

if TYPE_CHECKING:
    from pathlib import Path


def test_the_committed_contract_matches_the_declarations() -> None:
    """Given all declarations, then names, types, defaults and results are those in `contract.json`."""
    found = difference(CONTRACT.read_text("utf-8"), contract_text())
    assert not found, f"\n{found}\n{ADVICE}"


def test_the_contract_has_every_action() -> None:
    """Given the registry of actions, then the contract has each one with its parameters in order."""
    actions = read_contract()["actions"]
    assert {stem: (each["name"], each["is_async"]) for stem, each in actions.items()} == {
        each.stem: (each.name, each.is_async) for each in ACTIONS
    }
    for action in ACTIONS:
        declared = [each["name"] for each in actions[action.stem]["parameters"]]
        assert declared == [each.name for each in action.parameters]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("name: Max IOCs To Return", "name: Max IOCs", '+          "name": "Max IOCs",'),
        ("default_value: '3'", "default_value: '4'", '+          "default": "4"'),
        ("is_async: false", "is_async: true", '+      "is_async": true,'),
        ("FILEHASH", "Address", '+        "Address"'),
        ("dynamic_results_metadata:", "other:", '+      "json_result": false,'),
    ],
)
def test_a_change_of_a_declaration_is_shown_as_a_diff(tmp_path: Path, old: str, new: str, line: str) -> None:
    """Given a changed declaration, then the diff shows the line that changed."""
    copy = tmp_path / "vm_ray"
    shutil.copytree(INTEGRATION, copy, ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / "actions" / "scan_hash.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")

    assert line in difference(contract_text(), contract_text(copy)).splitlines()


def test_the_command_compares_without_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given an outdated file, then `--check` fails with the diff; without `--check` the file is written."""
    outdated = tmp_path / "contract.json"
    outdated.write_text("{}\n")
    monkeypatch.setattr("tools.contract.CONTRACT", outdated)

    assert main(["--check"]) == 1
    assert outdated.read_text() == "{}\n"
    assert ADVICE in capsys.readouterr().out
    assert main([]) == 0
    assert outdated.read_text("utf-8") == contract_text()
    assert main(["--check"]) == 0
