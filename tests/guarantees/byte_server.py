"""A server that passes requests on to another one, and answers them in bytes of a test's own choice."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.guarantees.kill_switch_proxy import break_off
from tests.guarantees.serving import AcceptingServer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence


class ByteServer(AcceptingServer):
    """A context manager.

    Args:
        url: The server that carries the requests out.
        forge: Is given a request line and the true answer, and returns the bytes to send: the first at once,
            the rest when the next request comes on the same connection. None stands for the true answer, an
            empty list breaks the connection.

    Attributes:
        url: The address to use in place of the server's.
    """

    def __init__(self, url: str, forge: Callable[[str, bytes], Sequence[bytes] | None]) -> None:
        self._server = urlsplit(url)
        self._forge = forge
        super().__init__()

    def serve(self, connection: socket.socket) -> None:
        """Answer requests until the client or a forged answer ends it."""
        kept: list[bytes] = []
        try:
            with connection.makefile("rb") as incoming:
                while line := incoming.readline().decode().strip():
                    true = self._carried_out(line, incoming)
                    forged = self._forge(line, true)
                    kept += [true] if forged is None else forged
                    if not forged and forged is not None:
                        return
                    connection.sendall(kept.pop(0))
        except OSError:
            return  # the client closed it
        finally:
            break_off(connection)

    def _carried_out(self, line: str, incoming: Any) -> bytes:  # noqa: ANN401 - a buffered reader
        method, path, _ = line.split(" ")
        headers = dict(http.client.parse_headers(incoming))
        body = incoming.read(int(headers.pop("Content-Length", "0")))
        server = http.client.HTTPConnection(self._server.hostname or "", self._server.port)
        try:
            server.request(method, path, body or None, headers)
            answer = server.getresponse()
            return reply(answer.read(), f"{answer.status} {answer.reason}")
        finally:
            server.close()


def reply(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A well-formed answer."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1") + body
