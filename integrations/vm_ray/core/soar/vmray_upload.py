"""Uploading files: which are accepted, and how one of them is submitted once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from ...core.api.vmray_errors import FileError, FilesRejectedError
from ...core.api.vmray_models import SubmitResponse
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.results.vmray_messages import NOT_ACCESSIBLE
from ...core.soar.vmray_run import Run
from ...core.submissions.vmray_detonation import Detonation
from ...core.submissions.vmray_file import FileStream, check_file, each_once, sha256_of, split_paths
from ...core.submissions.vmray_idempotent_submit import SubmitRequest
from ...core.submissions.vmray_submission_key import ItemFacts, submission_key

Seen = TypeVar("Seen")


def accepted_files(run: Run, action: str, listed: str, options: SubmitOptions) -> list[Detonation]:
    """Check all files before anything is uploaded.

    Raises:
        ParameterError: The list of paths is not usable.
        FilesRejectedError: Some file cannot be read, is empty, or is larger than VMRay takes; all of them are named.
    """
    paths = split_paths(listed)
    versions = _of_each(paths, check_file)
    paths = each_once(paths)
    # Each is known by its content: a step that is run again has often written the same file anew.
    contents = _of_each(paths, lambda path: sha256_of(path, run.deadline))
    limit = run.client.get_max_sample_size()
    refused = [
        FileError(path, _too_large(versions[path].size, limit))
        for path in paths
        if limit and versions[path].size > limit
    ]
    if refused:
        raise FilesRejectedError("the following files are larger than VMRay accepts: ", refused)
    case = (run.siemplify.case_id, run.siemplify.alert_id)
    return [
        Detonation(path, path, submission_key(*case, action, ItemFacts(path, contents[path]), options))
        for path in paths
    ]


def _of_each(paths: Sequence[str], look: Callable[[str], Seen]) -> dict[str, Seen]:
    """Look at each file, and name all that cannot be looked at."""
    seen: dict[str, Seen] = {}
    refused: list[FileError] = []
    for path in paths:
        try:
            seen[path] = look(path)
        except FileError as error:
            refused.append(error)
    if refused:
        raise FilesRejectedError(NOT_ACCESSIBLE, refused)
    return seen


def upload_once(run: Run, detonation: Detonation, options: SubmitOptions) -> SubmitRequest:
    """Say how one file is submitted."""
    path = detonation.item

    def send(given: SubmitOptions) -> SubmitResponse:
        with FileStream(path, check_file(path), run.deadline) as stream:
            return run.client.submit_file(stream, Path(path).name, given)

    def content() -> str | None:
        try:
            return sha256_of(path, run.deadline)
        except FileError:  # it is gone, which says nothing of what VMRay has
            return None

    return SubmitRequest(detonation.key, options, send, content)


def _too_large(size: int, limit: int) -> str:
    return f"has {size} bytes, VMRay accepts at most {limit} ({limit / 2**20:.0f} MiB)"
