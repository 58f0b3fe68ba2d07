"""Read folders of captured responses: each JSON file holds the body of one response, with any name.

The content of a body determines its kind, so captures from any source can be read. Each server has its own
folder; its `system_info` body contains the version.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

#: Kind to the key that only bodies of that kind have in their data, checked in this order.
_TELLING: Final = {
    "system_info": "version_major",
    "iocs": "iocs",
    "vtis": "threat_indicators",
    "mitre_attack": "mitre_attack_techniques",
    "submit": "submissions",
    "submission": "submission_id",
    "analysis": "analysis_id",
    "reputation_lookup": "reputation_lookup_id",
    "job": "job_id",
    "sample": "sample_id",
}


@dataclass(frozen=True, slots=True)
class Capture:
    """One captured response.

    Attributes:
        name: The file's name.
        kind: The kind of its data: a kind of object, or one of the aggregates; `empty` for an
            empty list, `other` if the kind is unknown.
        body: The whole body.
    """

    name: str
    kind: str
    body: dict[str, Any]

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Return the data as a list of objects; a single object gives a list of one."""
        data = self.body.get("data")
        found = data if isinstance(data, list) else [data]
        return [one for one in found if isinstance(one, dict)]


@dataclass(frozen=True, slots=True)
class CaptureSet:
    """The captures of one folder.

    Attributes:
        folder: Their folder.
        captures: The captures, sorted by name.
    """

    folder: Path
    captures: tuple[Capture, ...]

    @property
    def version(self) -> str | None:
        """Return the server's version, or None if the folder does not contain it."""
        for capture in self.captures:
            if capture.kind == "system_info":
                return str(capture.objects[0]["version"])
        return None

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """Return all captured objects of a kind."""
        return [one for capture in self.captures if capture.kind == kind for one in capture.objects]


def kind_of(body: dict[str, Any]) -> str:
    """Return the kind of a response body."""
    data = body.get("data")
    first = data[0] if isinstance(data, list) and data else data
    if data == []:
        return "empty"
    if not isinstance(first, dict):
        return "other"
    return next((kind for kind, key in _TELLING.items() if key in first), "other")


def read_folder(folder: Path) -> CaptureSet:
    """Read the JSON files of one folder.

    Raises:
        ValueError: A file is not JSON.
        TypeError: A file is not a JSON object.
    """
    captures = []
    for path in sorted(folder.glob("*.json")):
        body = json.loads(path.read_text("utf-8"))
        if not isinstance(body, dict):
            raise TypeError(f"{path}: the body of a response must be an object")
        captures.append(Capture(path.name, kind_of(body), body))
    return CaptureSet(folder, tuple(captures))


def capture_sets(root: Path) -> list[CaptureSet]:
    """Return the captures of a folder and of each folder below it, without empty ones."""
    folders = [root, *sorted(path for path in root.rglob("*") if path.is_dir())]
    return [one for one in map(read_folder, folders) if one.captures]
