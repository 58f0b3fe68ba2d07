"""Read the body of a response within limits: of a file, of an error, of a large object on the disk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

import requests
from urllib3.exceptions import HTTPError as Urllib3Error

from ...core.api.vmray_disk_body import DiskBody
from ...core.api.vmray_protocol import BODY_IS_OPTIONAL, FileType
from ...core.api.vmray_request_errors import InvalidResponseError, TooLargeError

MAX_RESPONSE_BYTES: Final = 64 * 1024 * 1024
# VMRay's envelope of an error is short. A longer body is a foreign page; the rest of the page is not read.
MAX_ERROR_BYTES: Final = 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024

Blocks = TypeVar("Blocks", list[bytes], DiskBody)


def is_no_file(response: requests.Response, types: Sequence[FileType]) -> bool:
    """Return whether the type of a response is that of an error or a web page: VMRay sends files with another type."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == "text/html" or (kind == "application/json" and FileType.JSON not in types)


def beginning(response: requests.Response, status: int) -> bytes:
    """Return the body of an error, at most ``MAX_ERROR_BYTES`` and one block of it.

    If the connection is lost, the part that came is enough for a status whose meaning does not depend on the body.
    """
    blocks: list[bytes] = []
    try:
        for block in _blocks(response):
            blocks.append(block)
            if len(blocks) * CHUNK_BYTES > MAX_ERROR_BYTES:
                break
    except (requests.RequestException, Urllib3Error, OSError):
        if status not in BODY_IS_OPTIONAL:
            raise
    return b"".join(blocks)


def collect(response: requests.Response, file_limit: int | None, blocks: Blocks) -> Blocks:
    """Append the blocks of the body of a success; at most one block more than the limit is read.

    Raises:
        TooLargeError: The body is larger than the limit; an announced length is enough to know it.
        InvalidResponseError: The body is compressed in a form that was not requested.
    """
    what, limit = ("VMRay's response", MAX_RESPONSE_BYTES) if file_limit is None else ("the file", file_limit)
    if file_limit is not None and _compressions(response):
        raise InvalidResponseError.lasting("VMRay's file was compressed, which was not requested")
    announced = _content_length(response)
    if announced is not None and announced > limit:
        raise TooLargeError(what, limit, announced)
    size = 0
    for block in _blocks(response):
        size += len(block)
        if size > limit:  # the server announced no length, or a wrong one
            raise TooLargeError(what, limit)
        blocks.append(block)
    return blocks


def content_of(body: DiskBody) -> bytes:
    """Return the whole body of a response.

    Raises:
        InvalidResponseError: The disk does not return what was written to it.
    """
    try:
        return body.content()
    except OSError as error:
        raise InvalidResponseError(f"a temporary file cannot be read: {error.strerror or error}") from None


def _blocks(response: requests.Response) -> Iterator[bytes]:
    """Yield the body in blocks.

    Raises:
        InvalidResponseError: The body is compressed more than once: one block of it could fill the memory.
    """
    if len(_compressions(response)) > 1:
        raise InvalidResponseError.lasting("VMRay's response was compressed several times")
    try:
        yield from response.iter_content(CHUNK_BYTES)
    except ValueError:  # what http.client raises for a chunk of negative size
        raise requests.exceptions.ChunkedEncodingError from None


def _compressions(response: requests.Response) -> list[str]:
    """Return how the body is compressed, in the order in which it was."""
    words = response.headers.get("Content-Encoding", "").split(",")
    return [word for each in words if (word := each.strip().lower()) not in ("", "identity")]


def _content_length(response: requests.Response) -> int | None:
    """Return the length that the server announced; None if there is none or it is not a number."""
    text = response.headers.get("Content-Length", "")
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None
