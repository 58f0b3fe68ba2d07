"""Base classes of the servers of these tests: listening on loopback, start and end."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from tests.guarantees.kill_switch_proxy import break_connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType


class QuietHandler(BaseHTTPRequestHandler):
    """Keeps connections open between requests, and writes no log."""

    protocol_version = "HTTP/1.1"

    def reply(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        """Send one complete response."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Write no log line."""


class _Server(ThreadingHTTPServer):
    """Accepts more connections at once than a run has requests in flight."""

    request_queue_size = 128


class HandlingServer:
    """Serves HTTP on loopback with a handler; a context manager.

    Attributes:
        url: The address of this server.
    """

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class AcceptingServer:
    """Calls `serve` for each connection on loopback, in its own thread; a context manager.

    Attributes:
        url: The address of this server.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self._ended = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self, connection: socket.socket) -> None:
        """Communicate with one client; the connection is broken when the context ends."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for one in self._open:
            break_connection(one)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            if self._ended.is_set():  # the context ended before the connection was in the list
                break_connection(connection)
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            self.serve(connection)
        except OSError:
            if not self._ended.is_set():  # otherwise the context has broken the connection
                raise
