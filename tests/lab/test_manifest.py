"""Read the declarations of an integration from its source form and from its built form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from secops_lab.manifest import (
    ActionSpec,
    Form,
    IntegrationSpec,
    ManifestError,
    ParameterSpec,
    load_integration,
)

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = {
    "definition.yaml": """
identifier: Toy
name: Toy Box
parameters:
  - {name: Api Root, type: string, is_mandatory: true, default_value: "http://x", description: The root.}
  - {name: Api Key, type: password, is_mandatory: true, description: The key.}
  - {name: Verify SSL, type: boolean, is_mandatory: false, default_value: true, description: Check it.}
""",
    "pyproject.toml": '[project]\nname = "toy"\nversion = "3.0"\n',
    "actions/do_it.yaml": """
name: Do It
description: Does it.
is_async: true
script_result_name: outcome
simulation_data_json: '{"Entities": ["FILEHASH"]}'
parameters:
  - {name: Limit, type: string, is_mandatory: true, default_value: 5, description: How many.}
  - {name: Kind, type: ddl, is_mandatory: false, optional_values: [a, b], description: Which.}
""",
}
BUILT = {
    "Integration-Toy.def": """
{"Identifier": "Toy", "DisplayName": "Toy Box", "Version": 3.0, "IntegrationProperties": [
 {"PropertyName": "Api Root", "PropertyType": 2, "IsMandatory": true, "Value": "http://x",
  "PropertyDescription": "The root."},
 {"PropertyName": "Api Key", "PropertyType": 3, "IsMandatory": true, "Value": null,
  "PropertyDescription": "The key."},
 {"PropertyName": "Verify SSL", "PropertyType": 0, "IsMandatory": false, "Value": true,
  "PropertyDescription": "Check it."}]}
""",
    "ActionsDefinitions/do_it.actiondef": """
{"Name": "Do It", "Description": "Does it.", "IsAsync": true, "ScriptResultName": "outcome",
 "SimulationDataJson": "{\\"Entities\\": [\\"FILEHASH\\"]}", "Parameters": [
 {"Name": "Limit", "Type": 0, "IsMandatory": true, "DefaultValue": 5, "Description": "How many."},
 {"Name": "Kind", "Type": 15, "IsMandatory": false, "OptionalValues": ["a", "b"], "Description": "Which."}]}
""",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder and return the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


@pytest.mark.parametrize(("files", "form"), [(SOURCE, Form.SOURCE), (BUILT, Form.BUILT)])
def test_both_forms_give_the_same_manifest(tmp_path: Path, files: dict[str, str], form: Form) -> None:
    """Defaults are texts, as the platform sends them. Types have names."""
    assert load_integration(write(tmp_path, files)) == IntegrationSpec(
        identifier="Toy",
        name="Toy Box",
        version=3.0,
        folder=tmp_path.resolve(),
        form=form,
        configuration=(
            ParameterSpec("Api Root", "string", True, "http://x", "The root."),  # noqa: FBT003 - positional as in the class
            ParameterSpec("Api Key", "password", True, "", "The key."),  # noqa: FBT003 - positional as in the class
            ParameterSpec("Verify SSL", "boolean", False, "true", "Check it."),  # noqa: FBT003 - positional as in the class
        ),
        actions=(
            ActionSpec(
                "Do It",
                "do_it",
                "Does it.",
                (
                    ParameterSpec("Limit", "string", True, "5", "How many."),  # noqa: FBT003 - positional as in the class
                    ParameterSpec("Kind", "ddl", False, "", "Which.", ("a", "b")),  # noqa: FBT003 - positional as in the class
                ),
                is_async=True,
                result_name="outcome",
                entity_types=("FILEHASH",),
            ),
        ),
    )


def test_an_action_is_found_by_its_name_or_its_script(tmp_path: Path) -> None:
    """An action is found by its display name and by the name of its script. Another name gives None."""
    toy = load_integration(write(tmp_path, SOURCE))

    assert toy.action("Do It") is toy.action("do_it") is toy.actions[0]
    assert toy.action("do it") is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("definition.yaml", "[]"),
        ("definition.yaml", "name: Toy"),
        ("definition.yaml", "a: ["),
        ("actions/do_it.yaml", "description: nameless"),
        ("actions/do_it.yaml", "name: A\nparameters: [{type: string}]"),
        ("pyproject.toml", "[project]\nversion = '1.2.3'"),
    ],
)
def test_a_wrong_definition_is_rejected(tmp_path: Path, name: str, content: str) -> None:
    """An unreadable or incomplete definition gives an error."""
    folder = write(tmp_path, {**SOURCE, name: content})

    with pytest.raises(ManifestError, match="incomplete or unreadable"):
        load_integration(folder)


def test_a_folder_without_definition_is_rejected(tmp_path: Path) -> None:
    """The error names the definition files of both forms."""
    with pytest.raises(ManifestError, match=r"neither definition.yaml nor Integration-\*.def"):
        load_integration(tmp_path)
