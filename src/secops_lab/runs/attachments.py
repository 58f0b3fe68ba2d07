"""The files that an action attaches to its result, and the files on the case wall."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import CannotRunError
from .file_name import harmless_name

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.host import ActionRun
    from secops_lab.platform import Case


@dataclass(frozen=True, slots=True)
class ResultFile:
    """An attached file.

    Attributes:
        name: The name from the action; the name comes from a sample and can be hostile.
        blob: The content in base64.
    """

    name: str
    blob: str

    @property
    def size(self) -> int:
        """The size in bytes, computed without decoding."""
        return len(self.blob) * 3 // 4 - self.blob[-2:].count("=")

    @property
    def content(self) -> bytes:
        """The decoded content.

        Raises:
            ValueError: The content is not base64.
        """
        try:
            return base64.b64decode(self.blob, validate=True)
        except binascii.Error as error:
            raise ValueError("the content is not base64") from error


def result_files(run: ActionRun) -> list[ResultFile]:
    """List the files of all titles; two titles may have files with the same name."""
    return [
        ResultFile(str(name), str(blob))
        for entry in run.results.values()
        for name, blob in entry["Attachments"].items()
    ]


def wall_files(case: Case) -> list[ResultFile]:
    """List the files on the case wall, of people and of actions; several may have the same name."""
    return [
        ResultFile(f"{each['name']}{each['type']}", str(each["base64_blob"])) for each in case.attachments
    ]


def save_files(run: ActionRun, folder: Path) -> list[Path]:
    """Write the files of a run into a folder under safe names; never replace a file.

    Returns:
        The paths, in the order of `result_files`.

    Raises:
        CannotRunError: A file cannot be written, or its content is not base64.
    """
    saved = []
    for file in result_files(run):
        try:
            saved.append(_save(file, folder))
        except (OSError, ValueError) as error:
            raise CannotRunError(f'The attachment "{file.name}" could not be saved: {error}') from error
    return saved


def _save(file: ResultFile, folder: Path) -> Path:
    content = file.content
    folder.mkdir(parents=True, exist_ok=True)
    first = folder / harmless_name(file.name)
    path, number = first, 1
    while path.exists() or path.is_symlink():
        number += 1
        path = first.with_name(f"{first.stem} ({number}){first.suffix}")
    with path.open("xb") as target:
        target.write(content)
    return path
