"""The built form is the source form in other folders: all actions run from it and say the same."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tools.flatten import flatten
from tools.hub_package import build
from tools.hub_step import INTEGRATION

from secops_lab.host import ActionHost, ActionRun
from secops_lab.manifest import load_integration
from secops_lab.platform import LocalPlatform
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from secops_lab.platform import Case

API_KEY = "architecture-key-0123456789"
REAL_SDK = os.environ.get("SOAR_SDK_DIR")
VARYING = (
    (re.compile(r"127\.0\.0\.1:\d+"), "HOST"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"), "TIME"),
)
"""What differs from one emulator to the next: its port and its clock."""

needs_real_sdk = pytest.mark.skipif(not REAL_SDK, reason="SOAR_SDK_DIR names no checkout of the real SDK")


def outcomes(integration: Path, sdk: Path | None, sample: Path) -> dict[str, Any]:
    """Run the actions against a fresh VMRay and return all that an analyst would see of each."""
    with EmbeddedEmulator(api_key=API_KEY) as vmray, LocalPlatform() as platform:
        platform.configure("VMRay", {"Api Root": vmray.url, "Api Key": API_KEY, "Verify SSL": "true"})
        host = ActionHost(platform, integration=integration, sdk=sdk)
        known = vmray.control.add_known_samples(1, iocs_per_type=3)[0]
        wanted: dict[str, tuple[list[tuple[str, str]], dict[str, str]]] = {
            "Ping": ([], {}),
            "Upload File And Get Report": ([], {"Sample File Path": str(sample), "Tag Names": "a,b"}),
            "Scan Hash": ([("FILEHASH", known), ("FILEHASH", "0" * 32)], {}),
            "Scan URL": ([("DestinationURL", "http://phish.example/login")], {"Comment": "from a test"}),
            "Add Tag to Submission": ([], {"Tag Name": "seen"}),
        }
        seen = {}
        for action, (entities, parameters) in wanted.items():
            if action == "Add Tag to Submission":
                parameters["Submission ID"] = str(vmray.control.submissions()[0]["submission_id"])
            case = platform.new_case(entities=entities)
            seen[action] = visible(host.run(action, case, parameters=parameters), case)
        vmray_saw = [(one.method, one.path, one.status) for one in vmray.control.requests()]
    return {**seen, "requests": sorted(vmray_saw)}


def visible(run: ActionRun, case: Case) -> Any:  # noqa: ANN401 - JSON-like
    """State, message, results and what became of the entities, without ports and times."""
    return stable(
        {
            "state": run.state.value,
            "message": run.message,
            "success": run.is_success,
            "rounds": len(run.rounds),
            "results": run.results,
            "entities": [
                (entity["identifier"], entity["is_suspicious"], entity["additional_properties"])
                for entity in case.entities
            ],
            "insights": case.insights,
            "debug": run.debug_output,
        }
    )


def stable(value: Any) -> Any:  # noqa: ANN401 - JSON-like
    """The value with everything that varies between two emulators replaced."""
    if isinstance(value, dict):
        return {stable(key): stable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [stable(item) for item in value]
    if isinstance(value, str):
        for pattern, name in VARYING:
            value = pattern.sub(name, value)
    return value


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to upload, the same for every form."""
    path = tmp_path_factory.mktemp("sample") / "invoice.exe"
    path.write_bytes(b"MZ not really a program")
    return path


@pytest.fixture(scope="module")
def from_source(sample: Path) -> dict[str, Any]:
    """What the actions say in source form on the stand-in: the reference."""
    return outcomes(INTEGRATION, None, sample)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """The built form, as it would be unpacked by the platform."""
    build(INTEGRATION, tmp_path / "VMRay")
    return tmp_path / "VMRay"


def test_the_reference_is_every_action_that_is_declared_and_it_worked(from_source: dict[str, Any]) -> None:
    """The comparison below compares results, not equal failures, and leaves out no action."""
    actions = {name: seen for name, seen in from_source.items() if name != "requests"}
    said = {name: (seen["state"], seen["message"]) for name, seen in actions.items()}
    assert {name: (seen["state"], seen["success"]) for name, seen in actions.items()} == dict.fromkeys(
        actions, ("completed", True)
    ), said
    assert actions.keys() == {action.name for action in load_integration(INTEGRATION).actions}


def test_the_built_form_says_the_same(built: Path, sample: Path, from_source: dict[str, Any]) -> None:
    """Flattened, each action gives the same messages, results, enrichment and requests."""
    assert outcomes(built, None, sample) == from_source


@needs_real_sdk
def test_the_real_sdk_says_the_same_in_source_form(sample: Path, from_source: dict[str, Any]) -> None:
    """On Google's own SDK nothing differs from the stand-in."""
    assert outcomes(INTEGRATION, Path(str(REAL_SDK)), sample) == from_source


@needs_real_sdk
def test_the_real_sdk_says_the_same_in_built_form(
    built: Path, sample: Path, from_source: dict[str, Any]
) -> None:
    """Built and on Google's own SDK: what runs in Google SecOps."""
    assert outcomes(built, Path(str(REAL_SDK)), sample) == from_source


def test_flattening_leaves_the_source_untouched(tmp_path: Path) -> None:
    """The source is read only, and flattening twice gives the same files."""
    flatten(INTEGRATION, tmp_path / "one")
    flatten(INTEGRATION, tmp_path / "two")
    one, two = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two
    scripts = {path.stem for path in one if path.parts[0] == "ActionsScripts"}
    assert scripts == {path.stem for path in (INTEGRATION / "actions").glob("*.yaml")}
