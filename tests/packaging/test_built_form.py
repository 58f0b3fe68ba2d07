"""The built form for Google SecOps is complete, has the platform's formats, and is reproducible."""

from __future__ import annotations

import base64
import json
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest
from tools import hub_package, hub_step
from tools.hub_errors import PackagingError
from tools.hub_package import build, mark_custom, missing, pack
from tools.hub_step import INTEGRATION

if TYPE_CHECKING:
    from pathlib import Path

WHEELS = (
    "requests-2.32.5-py3-none-any.whl",
    "requests_toolbelt-1.0.0-py2.py3-none-any.whl",
    "urllib3-2.5.0-py3-none-any.whl",
)


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built form, with empty files instead of the wheels, which need a package index."""
    folder = tmp_path_factory.mktemp("built") / "VMRay"
    build(INTEGRATION, folder)
    (folder / "Dependencies").mkdir()
    for wheel in WHEELS:
        (folder / "Dependencies" / wheel).write_bytes(b"")
    return folder


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Path:
    """Return a copy of the built form, which the test may change."""
    return shutil.copytree(built_once, tmp_path / "VMRay")


def test_the_built_form_is_complete(built: Path) -> None:
    """Given the built form, then it has everything for the import, and nothing of the source layout."""
    assert missing(INTEGRATION, built) == []
    names = {path.relative_to(built).parts[0] for path in built.rglob("*") if path.is_file()}
    assert names == {
        ".python-version",
        "ActionsDefinitions",
        "ActionsScripts",
        "Dependencies",
        "Integration-VMRay.def",
        "Managers",
        "RN.json",
        "VMRay.fulldetails",
        "Widgets",
        "WidgetsScripts",
        "resources",
    }
    assert not list(built.rglob("__init__.py"))
    assert not list((built / "ActionsScripts").glob("*.yaml"))


@pytest.mark.parametrize(
    "name",
    [
        "ActionsScripts/ping.py",
        "ActionsDefinitions/scan_url.actiondef",
        "Managers/vmray_client.py",
        "WidgetsScripts/scan_hash.html",
        f"Dependencies/{WHEELS[1]}",
    ],
)
def test_a_missing_part_is_named(built: Path, name: str) -> None:
    """Given a missing file, then it is reported before the package is zipped."""
    (built / name).unlink()
    assert [one.partition("-")[0] for one in missing(INTEGRATION, built)] == [name.partition("-")[0]]


def test_the_definition_has_images_parameters_and_version(built: Path) -> None:
    """Given the definition, then it has embedded images, typed parameters and the version as a number."""
    head = json.loads((built / "Integration-VMRay.def").read_text(encoding="utf-8"))
    properties = [
        (one["PropertyName"], one["PropertyType"], one["Value"]) for one in head["IntegrationProperties"]
    ]
    assert properties == [
        ("Api Root", 2, "https://cloud.vmray.com"),
        ("Api Key", 3, ""),
        ("Verify SSL", 0, True),
    ]
    assert base64.b64decode(head["ImageBase64"]).startswith(b"\x89PNG")
    assert head["SVGImage"].startswith("<svg")
    assert (head["Version"], head["PythonVersion"], head["Identifier"]) == (14.0, 3, "VMRay")


def test_an_action_has_its_example_and_its_entities(built: Path) -> None:
    """Given an action, then its JSON example is embedded as text, and it has its entity types."""
    action = json.loads((built / "ActionsDefinitions" / "scan_hash.actiondef").read_text(encoding="utf-8"))
    example = (INTEGRATION / "resources" / "scan_hash_JsonResult_example.json").read_text(encoding="utf-8")
    assert json.loads(action["DynamicResultsMetadata"][0]["ResultExample"]) == json.loads(example)
    assert action["EntityTypes"] == ["FILEHASH"]
    assert {parameter["Type"] for parameter in action["Parameters"]} == {0, 1}


def test_mark_custom_changes_only_that_flag(built: Path) -> None:
    """Given an import by hand, which needs `IsCustom`, then nothing else changes."""
    before = json.loads((built / "Integration-VMRay.def").read_text(encoding="utf-8"))
    mark_custom(built)
    after = json.loads((built / "Integration-VMRay.def").read_text(encoding="utf-8"))
    assert after == {**before, "IsCustom": True}
    actions = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in built.glob("ActionsDefinitions/*")
    }
    declared = {path.stem for path in (INTEGRATION / "actions").glob("*.yaml")}
    assert {stem: action["IsCustom"] for stem, action in actions.items()} == dict.fromkeys(declared, True)


def test_the_zip_has_its_files_at_the_root_and_equal_bytes_each_time(built: Path, tmp_path: Path) -> None:
    """Given the zip, then the definition is at its root, and equal contents give equal bytes."""
    first, second = tmp_path / "dist" / "one.zip", tmp_path / "dist" / "two.zip"
    pack(built, first)
    pack(built, second)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as package:
        assert "Integration-VMRay.def" in package.namelist()
        assert (
            package.read("Managers/vmray_client.py") == (built / "Managers" / "vmray_client.py").read_bytes()
        )
        assert package.testzip() is None


def test_without_mp_the_package_is_built_and_not_validated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given no `mp`, then the zip is built, and the output names the missing validation."""

    def download(_: Path, target: Path) -> None:
        (target / "Dependencies").mkdir()
        for wheel in WHEELS:
            (target / "Dependencies" / wheel).write_bytes(b"")

    monkeypatch.delenv("MP", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(hub_step, "add_dependencies", download)
    assert hub_step.main(["--dist", str(tmp_path / "dist")]) == 0
    output = capsys.readouterr().out
    assert "validation was not run" in output
    assert "content-hub" in output
    assert [path.name for path in (tmp_path / "dist").iterdir()] == ["VMRay-14.0.zip"]


def test_a_failed_download_is_reported_and_leaves_no_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given no package index, then there is no package, and the output has the reason."""
    monkeypatch.delenv("MP", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(hub_package, "PLATFORMS", ("no_such_platform",))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert hub_step.main(["--dist", str(tmp_path / "dist")]) == 1
    assert "Not packaged: pip could not download the dependencies" in capsys.readouterr().out
    assert not (tmp_path / "dist").exists()


def test_a_missing_file_of_a_declaration_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given a missing logo, then there is no package, and the output names the file."""
    copy = tmp_path / "vm_ray"
    shutil.copytree(INTEGRATION, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "resources" / "logo.svg").unlink()
    monkeypatch.setattr(hub_step, "INTEGRATION", copy)
    assert hub_step.main(["--dist", str(tmp_path / "dist")]) == 1
    assert "logo.svg" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "old", "new", "key"),
    [
        ("resources/ai/actions_ai_description.yaml", "\nScan Hash:", "\nScan Hashes:", "Scan Hash"),
        ("actions/scan_hash.yaml", "is_async: false\n", "", "is_async"),
        ("actions/scan_hash.yaml", "type: string", "type: integer", "integer"),
        ("widgets/scan_hash.yaml", "default_size: half_width", "default_size: huge", "huge"),
        ("release_notes.yaml", "\n  new: true", "", "new"),
        ("definition.yaml", "python_version: '3.11'", "python_version: '2.7'", "2.7"),
    ],
)
def test_a_missing_or_unknown_key_is_reported(  # noqa: PLR0913, PLR0917 - one file, changed in one place
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
    old: str,
    new: str,
    key: str,
) -> None:
    """Given a missing or unknown key, then there is no package, and the output names the file and the key."""
    copy = tmp_path / "vm_ray"
    shutil.copytree(INTEGRATION, copy, ignore=shutil.ignore_patterns("__pycache__"))
    text = (copy / file).read_text("utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new), "utf-8")
    monkeypatch.setattr(hub_step, "INTEGRATION", copy)
    assert hub_step.main(["--dist", str(tmp_path / "dist")]) == 1
    output = capsys.readouterr().out
    assert output.startswith("Not packaged: ")
    assert file in output
    assert f"'{key}' is missing, or has no counterpart" in output


def test_a_wrong_path_of_mp_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a wrong path in the variable MP, then it is an error, and no other tool is used."""
    monkeypatch.setenv("MP", str(tmp_path / "nothing"))
    with pytest.raises(PackagingError, match="no program is there"):
        hub_step.package(INTEGRATION, tmp_path / "scratch", tmp_path / "dist")
