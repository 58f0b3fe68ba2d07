"""The files of an upload: all are checked before the first is submitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ...core.api.vmray_errors import FileError, FilesRejectedError
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.results.vmray_messages import NOT_ACCESSIBLE
from ...core.soar.vmray_detonations import new_detonation
from ...core.soar.vmray_run import Run
from ...core.submissions.vmray_detonation import Detonation
from ...core.submissions.vmray_file import check_file, each_once, split_paths, too_large
from ...core.submissions.vmray_sources import FileSource

Checked = TypeVar("Checked")


def accepted_files(run: Run, action: str, listed: str, options: SubmitOptions) -> list[Detonation]:
    """Check all files before anything is uploaded.

    Raises:
        ParameterError: The list of paths is not usable.
        FilesRejectedError: A file cannot be read, is empty, or is larger than VMRay accepts; all such files are named.
    """
    paths = split_paths(listed)
    versions = _for_each(paths, check_file)
    paths = each_once(paths)
    facts = _for_each(paths, lambda path: FileSource(path, run.deadline).facts())
    limit = run.client.get_max_sample_size()
    refused = [
        FileError(path, too_large(versions[path].size, limit))
        for path in paths
        if limit and versions[path].size > limit
    ]
    if refused:
        raise FilesRejectedError("the following files are larger than VMRay accepts: ", refused)
    return [new_detonation(run, action, path, facts[path], options) for path in paths]


def _for_each(paths: Sequence[str], check: Callable[[str], Checked]) -> dict[str, Checked]:
    """Call the function for each file; the error names all files for which the function failed."""
    checked: dict[str, Checked] = {}
    refused: list[FileError] = []
    for path in paths:
        try:
            checked[path] = check(path)
        except FileError as error:
            refused.append(error)
    if refused:
        raise FilesRejectedError(NOT_ACCESSIBLE, refused)
    return checked
