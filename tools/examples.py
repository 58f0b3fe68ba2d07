"""The examples of JSON results that the platform shows for an action, taken from a real run.

`python -m tools.examples` writes them into the resources; a test compares them with a fresh run.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from secops_lab.host import ActionHost
from secops_lab.platform import LocalPlatform
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from secops_lab.platform import Case

JsonValue: TypeAlias = Any
INTEGRATION: Final = Path(__file__).parents[1] / "integrations" / "vm_ray"
HASH: Final = "86d1a4bb4d6ed3f5c42a87f472e0c26f93c2a30a974c8b65b5dfc61434be7810"
URL: Final = "https://login.phish.example/office365"
FILE_NAME: Final = "invoice.exe"
FILE_CONTENT: Final = b"MZ stands for a program"

# What differs from run to run, and what stands for it: all of it, and only here.
CREATED: Final = "2026-01-15T09:30:00"
FOLDER: Final = "/opt/samples"


def fresh_examples(sdk: Path | None = None) -> dict[str, JsonValue]:
    """Run the actions that have a JSON result.

    Args:
        sdk: The real SDK; None takes the stand-in.

    Returns:
        The name of each file with the JSON result that belongs into it.
    """
    with EmbeddedEmulator(scenario="known-sample") as vmray, LocalPlatform() as secops:
        host = ActionHost(secops, INTEGRATION, sdk=sdk)
        secops.configure("VMRay", {"Api Root": vmray.url, "Api Key": vmray.api_key})
        case = secops.new_case(entities=[("FILEHASH", HASH), ("DestinationURL", URL)])
        return {
            "scan_hash": _result(host, "Scan Hash", case),
            "scan_url": _result(host, "Scan URL", case),
            "upload_file_and_get_report": _upload(host, case),
        }


def path_of(stem: str) -> Path:
    """The file of an action's example."""
    return INTEGRATION / "resources" / f"{stem}_JsonResult_example.json"


def written(example: JsonValue) -> str:
    """An example as the text of its file."""
    return json.dumps(example, indent=4) + "\n"


def _upload(host: ActionHost, case: Case) -> JsonValue:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        path.write_bytes(FILE_CONTENT)
        result = _result(host, "Upload File And Get Report", case, {"Sample File Path": str(path)})
        return _with(result, "file_path", f"{FOLDER}/{FILE_NAME}")


def _result(host: ActionHost, action: str, case: Case, parameters: dict[str, str] | None = None) -> JsonValue:
    run = host.run(action, case, parameters)
    if not run.is_success:
        raise RuntimeError(f"{action}: {run.message}")
    return _with(run.json_result, "sample_created", CREATED)


def _with(value: JsonValue, name: str, text: str) -> JsonValue:
    """Replace every member of one name by a text."""
    if isinstance(value, list):
        return [_with(item, name, text) for item in value]
    if isinstance(value, dict):
        return {key: text if key == name else _with(member, name, text) for key, member in value.items()}
    return value


def main() -> None:
    """Write the files."""
    for stem, example in fresh_examples().items():
        path_of(stem).write_text(written(example), "utf-8")


if __name__ == "__main__":
    main()
