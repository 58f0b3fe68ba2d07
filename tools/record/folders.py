"""Folders of captured answers: each JSON file holds the body of one answer, whatever its name.

What a body is, is told by its content, so that captures from anywhere can be read. The folder of another
server is added beside the others; its `system_info` body says which version it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

#: Kind to the key that only bodies of that kind have in their data, looked for in this order.
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
    """One captured answer.

    Attributes:
        name: The file's name.
        kind: What its data is: a kind of object, or one of the aggregates; `empty` for an
            empty list, `other` where it cannot be told.
        body: The whole body.
    """

    name: str
    kind: str
    body: dict[str, Any]

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The data as a list of objects, whether it was an item or a list."""
        data = self.body.get("data")
        found = data if isinstance(data, list) else [data]
        return [one for one in found if isinstance(one, dict)]


@dataclass(frozen=True, slots=True)
class CaptureSet:
    """The captures of one folder.

    Attributes:
        folder: Where they lie.
        captures: In order of their names.
    """

    folder: Path
    captures: tuple[Capture, ...]

    @property
    def version(self) -> str | None:
        """The server's version, or None where the folder does not tell it."""
        for capture in self.captures:
            if capture.kind == "system_info":
                return str(capture.objects[0]["version"])
        return None

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """All captured objects of a kind."""
        return [one for capture in self.captures if capture.kind == kind for one in capture.objects]


def kind_of(body: dict[str, Any]) -> str:
    """What kind of answer a body is."""
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
        TypeError: It is not an object.
    """
    captures = []
    for path in sorted(folder.glob("*.json")):
        body = json.loads(path.read_text("utf-8"))
        if not isinstance(body, dict):
            raise TypeError(f"{path}: the body of an answer is an object")
        captures.append(Capture(path.name, kind_of(body), body))
    return CaptureSet(folder, tuple(captures))


def capture_sets(root: Path) -> list[CaptureSet]:
    """The captures of a folder and of each folder below it that has any."""
    folders = [root, *sorted(path for path in root.rglob("*") if path.is_dir())]
    return [one for one in map(read_folder, folders) if one.captures]
