"""A server that takes its time: it speaks just enough HTTP to keep a client waiting."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final, Literal

from tests.guarantees.serving import AcceptingServer

if TYPE_CHECKING:
    import socket
    from types import TracebackType

Manner = Literal["silent", "drips its head", "drips its body", "endless"]
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
_DRIP_SECONDS: Final = 0.5  # the head alone outlasts a run


class SlowServer(AcceptingServer):
    """Answers every connection in one manner, until it is told to stop; a context manager.

    Attributes:
        url: Its address.
    """

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
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
            match self._manner:
                case "silent":
                    self._stop.wait()
                case "drips its head":
                    self._drip(connection, _HEAD)
                case "drips its body":
                    connection.sendall(_HEAD)
                    self._drip(connection, b" " * 100_000)
                case "endless":
                    connection.sendall(_HEAD.replace(b"Content-Length: 100000", b"Connection: close"))
                    while not self._stop.is_set():
                        connection.sendall(b" " * 65536)

    def _drip(self, connection: socket.socket, data: bytes) -> None:
        for position in range(len(data)):
            if self._stop.wait(_DRIP_SECONDS):
                return
            connection.sendall(data[position : position + 1])
