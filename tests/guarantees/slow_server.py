"""A server that takes its time: it speaks just enough HTTP to keep a client waiting."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    from types import TracebackType

Manner = Literal["silent", "drips its head", "drips its body", "endless"]
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
_DRIP_SECONDS: Final = 0.2


class SlowServer:
    """Answers every connection in one manner, until it is told to stop; a context manager.

    Attributes:
        url: Its address.
    """

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
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
