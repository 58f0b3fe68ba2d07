"""Save files to the case wall of the platform, where later actions can read them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ...core.results.vmray_result import Attachment
from ...core.soar.vmray_run import Run

# The platform's limit is 5 MB of base64; it does not say which kind of MB.
MAX_CHARACTERS: Final = 5 * 1024 * 1024
_TOO_LARGE: Final = "larger than the 5 MB of base64 that the platform accepts on the case wall"


def save_to_case_wall(run: Run, attachments: Iterable[Attachment]) -> dict[str, str]:
    """Save each file while the run has time left: each is one request to the platform.

    Returns:
        Why a file was not saved, by the name of the file; it stays in the result.
    """
    once = {each.name: each for each in attachments}  # files of the same name are equal
    reasons = {name: _saved(run, each) for name, each in once.items()}
    return {name: why for name, why in reasons.items() if why}


def unsaved_notes(unsaved: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what the message says about files that were not saved."""
    return [(name, f"not saved to the case wall: {why}") for name, why in unsaved.items()]


def _saved(run: Run, attachment: Attachment) -> str:
    """Save one file, and return why it was not saved; empty if it was."""
    if len(attachment.content) * 4 / 3 >= MAX_CHARACTERS:
        return _TOO_LARGE
    if not run.deadline.remaining:
        return "this run reached its time limit"
    try:
        with TemporaryDirectory(prefix="vmray-", ignore_cleanup_errors=True) as folder:
            path = Path(folder, attachment.name)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(attachment.content)
            return "" if _is_accepted(run, path) else "the platform rejected the file"
    except OSError as error:
        return f"the temporary file could not be written: {error.strerror}"


def _is_accepted(run: Run, path: Path) -> bool:
    """Send a file to the platform; return False if the platform rejects it: the result must not be lost.

    For some errors, the SDK returns the platform's response instead of raising.
    """
    try:
        answer = run.siemplify.add_attachment(str(path))
    except Exception as error:  # noqa: BLE001 - the SDK raises bare exceptions
        run.log(f"the platform rejected the file {path.name}: {type(error).__name__}")
        return False
    return not (isinstance(answer, dict) and any(str(name).lower().startswith("error") for name in answer))
