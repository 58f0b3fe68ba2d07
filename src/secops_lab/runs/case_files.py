"""The files that a user gives to a case before a run: in the file storage, and on the case wall."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .arguments import BadArgumentError, named_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from secops_lab.platform import Case

STORED_FILE_LIMIT: Final = 15 * 1024 * 1024
"""Bytes of a file in the file storage: the SDK's limit is 20 MiB of base64."""


@dataclass(frozen=True, slots=True)
class CaseFiles:
    """Files with their contents.

    Attributes:
        stored: Contents by the identifier in the file storage.
        attached: Name and content of each attachment of the case wall; several may have the same name.
    """

    stored: Mapping[str, bytes] = field(default_factory=dict)
    attached: Sequence[tuple[str, bytes]] = ()

    def put_into(self, case: Case) -> None:
        """Store and attach the files."""
        for identifier, content in self.stored.items():
            case.store_file(identifier, content)
        for name, content in self.attached:
            case.attach(name, content)


def read_case_files(bucket_files: Iterable[str], attachments: Iterable[Path]) -> CaseFiles:
    """Read the files that a command line names.

    Args:
        bucket_files: `IDENTIFIER=PATH` for each file of the file storage.
        attachments: The path of each attachment.

    Raises:
        BadArgumentError: An argument has another form, names an identifier twice, or its file is too large or
            cannot be read.
    """
    stored: dict[str, bytes] = {}
    for argument in bucket_files:
        identifier, path = named_value(argument, "--bucket-file IDENTIFIER=PATH")
        if identifier in stored:
            raise BadArgumentError(f'--bucket-file "{identifier}" was given twice.')
        stored[identifier] = content = _content("--bucket-file", Path(path))
        if len(content) > STORED_FILE_LIMIT:
            raise BadArgumentError(
                f"--bucket-file: {path} has {len(content):,} bytes; allowed: at most {STORED_FILE_LIMIT:,}"
            )
    return CaseFiles(stored, [(path.name, _content("--attach", path)) for path in attachments])


def _content(option: str, path: Path) -> bytes:
    if not path.is_file():  # a pipe, for example, could block for ever
        raise BadArgumentError(f"{option}: {path} is not a file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadArgumentError(f"{option}: {path} cannot be read ({error.strerror})") from None
