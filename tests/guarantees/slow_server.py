"""A server that sends just enough HTTP to keep a client waiting."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final, Literal

from tests.guarantees.serving import AcceptingServer

if TYPE_CHECKING:
    import socket
    from types import TracebackType

Slowness = Literal["silent", "slow head", "slow body", "endless"]
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
_SECONDS_PER_BYTE: Final = 0.5  # sending the head takes longer than a run


class SlowServer(AcceptingServer):
    """Keeps every client waiting in the same way until the context ends; a context manager.

    Attributes:
        url: The address of this server.
    """

    def __init__(self, slowness: Slowness) -> None:
        self._slowness = slowness
        self._stop = threading.Event()
        super().__init__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        super().__exit__(kind, error, trace)

    def serve(self, connection: socket.socket) -> None:
        """Keep one client waiting."""
        with connection, contextlib.suppress(OSError):
            match self._slowness:
                case "silent":
                    self._stop.wait()
                case "slow head":
                    self._send_slowly(connection, _HEAD)
                case "slow body":
                    connection.sendall(_HEAD)
                    self._send_slowly(connection, b" " * 100_000)
                case "endless":
                    connection.sendall(_HEAD.replace(b"Content-Length: 100000", b"Connection: close"))
                    while not self._stop.is_set():
                        connection.sendall(b" " * 65536)

    def _send_slowly(self, connection: socket.socket, data: bytes) -> None:
        for position in range(len(data)):
            if self._stop.wait(_SECONDS_PER_BYTE):
                return
            connection.sendall(data[position : position + 1])
