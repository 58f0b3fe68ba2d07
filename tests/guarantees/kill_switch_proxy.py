"""A door before a server: it lets everything through until a certain request; then nobody is at home."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from types import TracebackType

_RESET: Final = struct.pack("ii", 1, 0)


class KillSwitchProxy:
    """Forwards loopback connections to a server on loopback; a context manager.

    When the first bytes of a request match the pattern, the door stops listening and breaks all connections:
    that request ends before it reaches the server, and whoever connects after it is refused. The port is kept
    until the context ends: given back sooner, it could become another server's, which would answer.

    Args:
        url: The server's address.
        closes_before: Pattern of the first bytes of a request; one that never matches keeps the door open.
        bytes_per_second: How fast requests get through; None is as fast as they come.

    Attributes:
        url: The address to use in place of the server's.
        closed: Set once the door has closed.
    """

    def __init__(self, url: str, closes_before: str, bytes_per_second: float | None = None) -> None:
        self._seconds_a_byte = 1 / bytes_per_second if bytes_per_second else 0.0
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 0)
        self._pattern = re.compile(closes_before.encode())
        self._port = _keep_a_port()
        self._listener = socket.create_server(self._port.getsockname(), reuse_port=True)
        self.url = f"{parts.scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.closed = threading.Event()
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self._port.close()

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                return
            outside = socket.create_connection(self._target)
            self._open += [inside, outside]
            if self.closed.is_set():  # meanwhile: it was not among those that were broken off
                self.close()
                return
            for source, sink, watched in ((inside, outside, True), (outside, inside, False)):
                threading.Thread(target=self._pump, args=(source, sink, watched), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, watched: bool) -> None:  # noqa: FBT001 - handed to a thread by position
        try:
            while data := source.recv(65536):
                if watched and self._pattern.match(data):
                    self.close()
                    return
                sink.sendall(data)
                if watched and self._seconds_a_byte:
                    self.closed.wait(len(data) * self._seconds_a_byte)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            break_off(sink)

    def close(self) -> None:
        """Stop listening, and break all connections."""
        self.closed.set()
        for one in (self._listener, *self._open):
            break_off(one)


def _keep_a_port() -> socket.socket:
    """A socket that has a port of its own on loopback and does not listen; a listener may share the port."""
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    keeper.bind(("127.0.0.1", 0))
    return keeper


def break_off(one: socket.socket) -> None:
    """Break a connection off, whoever waits on it."""
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    with contextlib.suppress(OSError):  # other threads wait on it: only this makes them let go
        one.shutdown(socket.SHUT_RDWR)
    one.close()
