"""The files of an action, from any source, as items that can be submitted.

A path is streamed from where it is. Content of the platform is written to a private temporary file first, one after
the other: the SDK returns a whole file, which is written and dropped at once.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from ...core.api.vmray_errors import (
    DeadlineError,
    FileError,
    ParameterError,
    PlatformError,
    PlatformFileMissingError,
    VMRayError,
)
from ...core.soar.vmray_case_files import ALL, NEWEST, case_files, chosen_files, names_of
from ...core.soar.vmray_detonations import new_detonation
from ...core.soar.vmray_parameters import Parameters, one_of, param, parts, plain_text
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_submit_controls import NAME, FileControls
from ...core.submissions.vmray_file import check_file, each_once, split_paths, too_large
from ...core.submissions.vmray_private_files import PrivateFiles
from ...core.submissions.vmray_sources import NamedFileSource
from ...core.submissions.vmray_submit_entry import Entry

PATH: Final = "Path"
CASE_WALL: Final = "Case Wall Attachment"
BUCKET: Final = "GCP Bucket"
BASE64: Final = "Base64"
FILES: Final = "Files"
FILE_NAME: Final = "File Name"
MAX_DECODED: Final = 10 * 2**20
MAX_FILES: Final = 100
_ALLOWED_CONTENT: Final = f"the content of one file in Base64, at most {MAX_DECODED // 2**20} MiB decoded"
_BLOCK: Final = 2**20
_ALLOWED: Final = "paths, names or ids of attachments, identifiers of the file storage, or Base64, as File Source says"


@dataclass(frozen=True)
class IntakeParameters(Parameters):
    """Where the files come from."""

    source: str = param("File Source", one_of(PATH, CASE_WALL, BUCKET, BASE64), default=PATH, mandatory=True)
    files: str = param(FILES, plain_text(_ALLOWED, keeps_blanks=True), mandatory=True)
    file_name: str = param(FILE_NAME, NAME)


@dataclass(frozen=True)
class SubmitFileParameters(FileControls, IntakeParameters):  # a dataclass takes the fields of its last base first
    """The files, and the submission controls."""


class Given(NamedTuple):
    """One file before it is checked.

    Attributes:
        name: The name for the analyst.
        path: Where the content is; empty if there is none.
        error: Why there is none.
        note: A note for the analyst.
    """

    name: str
    path: str = ""
    error: VMRayError | None = None
    note: str = ""


@contextmanager
def submitted_files(run: Run, action: str, params: SubmitFileParameters) -> Iterator[list[Entry]]:
    """Yield the items; the temporary files exist until the end of the context.

    Raises:
        ParameterError: A parameter is wrong, before any request to VMRay.
    """
    with PrivateFiles() as store:
        read = {PATH: _paths, CASE_WALL: _attachments, BUCKET: _stored_files, BASE64: _decoded}[params.source]
        given = read(run, params, store)
        if params.file_name and len(given) > 1:
            raise ParameterError(FILE_NAME, f"is given for {len(given)} files", "a name only for exactly one file")
        yield [_entry(run, action, params, each) for each in given]


def _paths(_run: Run, params: SubmitFileParameters, _store: PrivateFiles) -> list[Given]:
    return [Given(path, path) for path in each_once(split_paths(params.files, FILES))]


def _attachments(run: Run, params: SubmitFileParameters, store: PrivateFiles) -> list[Given]:
    """Fetch the attachments of the case wall that the parameter names."""
    try:
        files = case_files(run.siemplify.get_attachments())
    except Exception as error:  # noqa: BLE001 - the SDK raises bare exceptions
        failed = _platform_error(error, "list the attachments of the case")
        return [Given(name, error=failed) for name in names_of(params.files)]
    choices = chosen_files(params.files, files)
    if not choices and params.files.strip().lower() not in (ALL, NEWEST):
        raise ParameterError(FILES, "is empty", _ALLOWED)
    given = []
    for choice in choices:
        if choice.file is None:
            given.append(Given(choice.name, error=choice.problem))
            continue
        fetched = _fetched(run, store, choice.name, partial(_attachment, run, choice.file.number))
        given.append(fetched._replace(note=choice.note))
    return given


def _attachment(run: Run, number: int | str) -> bytes:
    """Return the content of one attachment; the SDK has all of it in memory in any case."""
    content: bytes = run.siemplify.get_attachment(str(number)).getvalue()
    return content


def _stored_files(run: Run, params: SubmitFileParameters, store: PrivateFiles) -> list[Given]:
    """Fetch files from the file storage of the platform."""
    names = parts(params.files)
    if not names or len(names) > MAX_FILES:
        raise ParameterError(FILES, f"has {len(names)} entries", f"1 to {MAX_FILES} identifiers")
    return [_fetched(run, store, each, partial(run.siemplify.get_bytes_blob, each)) for each in names]


def _fetched(run: Run, store: PrivateFiles, name: str, fetch: Callable[[], bytes]) -> Given:
    """Fetch one file from the platform, and write it to a temporary file."""
    try:
        run.deadline.check()
        content = fetch()
    except DeadlineError as late:
        return Given(name, error=late)
    except Exception as error:  # noqa: BLE001 - the SDK raises bare exceptions
        return Given(name, error=_platform_error(error, "return the file"))
    try:
        return Given(name, store.write(name, [content]))
    except FileError as error:
        return Given(name, error=error)


def _platform_error(error: Exception, what: str) -> PlatformError:
    """Return the error for a request to the platform; the SDK's text begins with the status (404 is inferred)."""
    if str(error).startswith("404"):
        return PlatformFileMissingError("Google SecOps has no file with this name (HTTP 404)")
    return PlatformError(f"Google SecOps did not {what} ({type(error).__name__})")


def _decoded(_run: Run, params: SubmitFileParameters, store: PrivateFiles) -> list[Given]:
    """Decode the content of the parameter, in blocks; no error shows a part of it."""
    if not params.file_name:
        raise ParameterError(FILE_NAME, "is empty", f"a file name: with {BASE64} the file has no other name")
    try:
        return [Given(params.file_name, store.write(params.file_name, _decoded_blocks(params.files)))]
    except FileError as error:
        return [Given(params.file_name, error=error)]
    except ValueError:  # also the error of the decoder
        raise ParameterError(FILES, "is not Base64", _ALLOWED_CONTENT) from None


def _decoded_blocks(text: str) -> Iterator[bytes]:
    """Yield the content of a text in Base64; blanks and line ends in the text are ignored.

    Raises:
        ParameterError: The content is too large.
        ValueError: The text is not Base64.
    """
    rest, size, is_padded = "", 0, False
    for start in range(0, len(text), _BLOCK):
        rest += "".join(text[start : start + _BLOCK].split())
        block, rest = rest[: len(rest) // 4 * 4], rest[len(rest) // 4 * 4 :]
        if not block:
            continue
        if is_padded:
            raise ValueError
        content = binascii.a2b_base64(block, strict_mode=True)
        size, is_padded = size + len(content), block.endswith("=")
        if size > MAX_DECODED:
            raise ParameterError(FILES, "is too large", _ALLOWED_CONTENT)
        yield content
    if rest:
        raise ValueError


def _entry(run: Run, action: str, params: SubmitFileParameters, given: Given) -> Entry:
    """Return the item of one file, with its hash; a file that cannot be used has an error instead."""
    facts: dict[str, Any] = {"file": given.name, "source": params.source, "size": None, "sha256": None}
    entry = Entry(given.name, facts, error=given.error, notes=[given.note] if given.note else [])
    if given.error is not None:
        return entry
    file_name = params.file_name or Path(given.name).name
    source = NamedFileSource(given.path, given.name, file_name, run.deadline)
    try:
        facts["size"] = check_file(given.path).size
        found = source.facts()
    except VMRayError as error:
        entry.error = error
        return entry
    facts["sha256"] = found.sha256
    entry.source = source
    entry.detonation = new_detonation(run, action, given.name, found, params.options)
    return entry


def check_sizes(run: Run, entries: Sequence[Entry]) -> None:
    """Reject the files that are larger than VMRay accepts."""
    limit = run.client.get_max_sample_size()
    for each in entries:
        size = each.facts["size"]
        if limit and size is not None and size > limit and each.error is None:
            each.error = FileError(each.name, too_large(size, limit))
