"""Helpers of the tests of Upload File And Get Report."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import JsonValue, Lab

    from secops_lab.host import ActionRun

ACTION = "Upload File And Get Report"
SUBMIT = "POST /rest/sample/submit"
LOOK_UP = "GET /rest/submission?submission_submission_metadata=KEY"


def upload(lab: Lab, *paths: Path | str, **options: JsonValue) -> ActionRun:
    """Run the action on these files."""
    parameters = {"Sample File Path": ", ".join(str(path) for path in paths)}
    return lab.run(ACTION, parameters | options.pop("parameters", {}), **options)


def made(folder: Path, name: str, content: bytes = b"MZ and so on") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content)
    return path


def archive(folder: Path, *names: str) -> Path:
    """Write a ZIP file with these members and return its path."""
    path = folder / "bundle.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, f"MZ {name}" if name.endswith(".exe") else name)
    return path


def row(
    path: Path, sample: dict[str, Any], submission_id: int | None = 6001, **other: JsonValue
) -> dict[str, Any]:
    """Return the row of one sample."""
    return {
        "file_path": str(path),
        "submission_id": submission_id,
        "verdict": sample["sample_verdict"],
        "result": "ok",
        "error": None,
        "data": sample,
    } | other


def rowless(path: Path, result: str, error: str, submission_id: int | None = None) -> dict[str, Any]:
    """Return the row of a file that has no sample."""
    return {
        "file_path": str(path),
        "submission_id": submission_id,
        "verdict": None,
        "result": result,
        "error": error,
        "data": None,
    }
