"""Request bodies: parameters, and files that are streamed to the disk and hashed.

At most a few MiB of an upload are in memory, whatever its size.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from vmray_emulator.content import ContentWriter, StoredFile
from vmray_emulator.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from python_multipart.multipart import MultipartCallbacks
    from starlette.requests import Request

_BLOCK: Final = 1024 * 1024
_FIELD_LIMIT: Final = 1024 * 1024
_TOO_LARGE: Final = "The request is larger than the maximum upload size"


@dataclass(slots=True)
class Body:
    """A request body as parameters and files.

    Attributes:
        form: Parameters of the body.
        files: Field to the file name of its part.
        sample: The stored `sample_file`, or None.
    """

    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    sample: StoredFile | None = None


class _Sink:
    """Passes blocks of one file to a worker thread, which hashes while the network is read.

    Args:
        folder: The content folder.
    """

    def __init__(self, folder: Path) -> None:
        self._writer = ContentWriter(folder)
        self._buffer = bytearray()
        self._pending: asyncio.Future[None] | None = None

    def feed(self, data: bytes) -> None:
        self._buffer += data

    async def flush(self, at_least: int = _BLOCK) -> None:
        if len(self._buffer) < at_least:
            return
        await self._settle()
        block, self._buffer = self._buffer, bytearray()
        self._pending = asyncio.ensure_future(asyncio.to_thread(self._writer.write, block))

    async def _settle(self) -> None:
        if self._pending is not None:
            pending, self._pending = self._pending, None
            await pending

    async def finish(self, name: str) -> StoredFile:
        await self.flush(at_least=1)
        await self._settle()
        return self._writer.keep(name)

    async def discard(self) -> None:
        try:
            await self._settle()
        finally:  # also when a server that stops cancels the wait
            self._writer.close()


class _Parts:
    """Callbacks of the parser: they collect fields, pass the sample to a sink and drop other files."""

    def __init__(self, folder: Path, body: Body) -> None:
        self._folder = folder
        self._body = body
        self._header = [b"", b""]
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._is_file = False
        self._text = bytearray()
        self.sink: _Sink | None = None

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._add_header(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._add_header(1, data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._start_content,
            "on_part_data": lambda data, start, end: self._content(data[start:end]),
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._headers = {}
        self._text = bytearray()

    def _add_header(self, which: int, data: bytes) -> None:
        self._header[which] += data

    def _end_header(self) -> None:
        self._headers[self._header[0].lower()] = self._header[1]
        self._header = [b"", b""]

    def _start_content(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = b"filename" in options
        if self._is_file:
            self._body.files[self._name] = options[b"filename"].decode("utf-8", "replace")
            if self._name == "sample_file" and self.sink is None:
                self.sink = _Sink(self._folder)

    def _content(self, data: bytes) -> None:
        if not self._is_file:
            self._text += data
            if len(self._text) > _FIELD_LIMIT:
                raise ApiError(400, f'Parameter "{self._name}" is too long')
        elif self._name == "sample_file" and self.sink is not None:
            self.sink.feed(data)

    def _end(self) -> None:
        if not self._is_file:
            self._body.form[self._name] = self._text.decode("utf-8", "replace")


async def read_body(request: Request, folder: Path, limit: int) -> Body:
    """Read the body of a POST.

    Args:
        request: The request.
        folder: Folder of uploaded samples.
        limit: Maximum size of a body in bytes.

    Raises:
        ApiError: 400, the body is malformed, or too large (the status of the second case is inferred).
        ClientDisconnect: The client disconnected before the end of the body.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if int(request.headers.get("content-length") or 0) > limit:
        raise ApiError(400, _TOO_LARGE)
    if kind == b"multipart/form-data":
        return await _multipart(request, options.get(b"boundary", b""), folder, limit)
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > _FIELD_LIMIT:
            raise ApiError(400, _TOO_LARGE)
    if kind != b"application/x-www-form-urlencoded":
        return Body()
    pairs = parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True)
    return Body(form=dict(pairs))


async def _multipart(request: Request, boundary: bytes, folder: Path, limit: int) -> Body:
    body = Body()
    parts = _Parts(folder, body)
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        async for chunk in _limited(request, limit):
            parser.write(chunk)
            if parts.sink is not None:
                await parts.sink.flush()
        parser.finalize()
        if parts.sink is not None:
            body.sample = await parts.sink.finish(body.files["sample_file"])
    except FormParserError as error:
        await _discard(parts)
        raise ApiError(400, "The multipart body is malformed") from error
    except BaseException:
        await _discard(parts)
        raise
    return body


async def _discard(parts: _Parts) -> None:
    if parts.sink is not None:
        await parts.sink.discard()


async def _limited(request: Request, limit: int) -> AsyncIterator[bytes]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > limit:
            raise ApiError(400, _TOO_LARGE)
        yield chunk
