"""A proxy before a server: it forwards everything until a certain request, and then closes."""

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

    When the first bytes of a request match the pattern, the proxy stops listening and breaks all
    connections. This request does not reach the server, and later connections are refused. The port stays
    reserved until the context ends. Otherwise another server could get the port and respond.

    Args:
        url: The server's address.
        closes_before: The pattern of the first bytes of a request. A pattern that never matches keeps the
            proxy open.
        bytes_per_second: The maximum speed of requests; None means no limit.

    Attributes:
        url: The address of this proxy, for the client.
        closed: Set when the proxy has closed.
    """

    def __init__(self, url: str, closes_before: str, bytes_per_second: float | None = None) -> None:
        self._seconds_per_byte = 1 / bytes_per_second if bytes_per_second else 0.0
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 0)
        self._pattern = re.compile(closes_before.encode())
        self._port = _reserve_port()
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
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            self._open += [client, server]
            if self.closed.is_set():  # the proxy closed before these connections were in the list
                self.close()
                return
            for source, sink, watched in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._copy, args=(source, sink, watched), daemon=True).start()

    def _copy(self, source: socket.socket, sink: socket.socket, watched: bool) -> None:  # noqa: FBT001 - a thread passes it by position
        try:
            while data := source.recv(65536):
                if watched and self._pattern.match(data):
                    self.close()
                    return
                sink.sendall(data)
                if watched and self._seconds_per_byte:
                    self.closed.wait(len(data) * self._seconds_per_byte)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            break_connection(sink)

    def close(self) -> None:
        """Stop listening, and break all connections."""
        self.closed.set()
        for one in (self._listener, *self._open):
            break_connection(one)


def _reserve_port() -> socket.socket:
    """Reserve a port on loopback with a socket that does not listen; a listener can share the port."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved


def break_connection(one: socket.socket) -> None:
    """Break a connection, also if other threads wait on it."""
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    with contextlib.suppress(OSError):  # other threads wait on this socket: only `shutdown` ends their calls
        one.shutdown(socket.SHUT_RDWR)
    one.close()
