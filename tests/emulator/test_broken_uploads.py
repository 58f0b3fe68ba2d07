"""An interrupted upload stores nothing, also during the stop of the server."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from starlette.requests import ClientDisconnect, Request

from vmray_emulator.content import ContentWriter
from vmray_emulator.request_body import read_body

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Message

HEAD = b'--cut\r\nContent-Disposition: form-data; name="sample_file"; filename="a"\r\n\r\n' + bytes(2**20)


def test_a_server_that_stops_during_an_interrupted_upload_stores_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stops while it writes the last block of an upload whose client has disconnected."""
    writing, written = threading.Event(), threading.Event()
    write = ContentWriter.write

    def slow_write(writer: ContentWriter, data: bytes) -> None:
        write(writer, data)
        writing.set()
        assert written.wait(30)

    monkeypatch.setattr(ContentWriter, "write", slow_write)
    messages: list[Message] = [
        {"type": "http.request", "body": HEAD, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def stop_meanwhile() -> None:
        headers = [(b"content-type", b"multipart/form-data; boundary=cut")]
        request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
        reading = asyncio.ensure_future(read_body(request, tmp_path, 2**30))
        await asyncio.to_thread(writing.wait, 30)
        reading.cancel()
        with pytest.raises((asyncio.CancelledError, ClientDisconnect)):
            await reading
        written.set()

    with ThreadPoolExecutor(1) as apart:  # this thread may have an event loop that is left open
        apart.submit(asyncio.run, stop_meanwhile()).result()
    assert list(tmp_path.iterdir()) == []
