"""A server that forwards each request to another server, and returns bytes that the test chooses."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.guarantees.kill_switch_proxy import break_connection
from tests.guarantees.serving import AcceptingServer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence


class ByteServer(AcceptingServer):
    """Forwards requests on loopback, and can replace the responses; a context manager.

    Args:
        url: The address of the server that executes the requests.
        respond: Is called with the request line and the real response, and returns a list of byte strings.
            The first one is sent at once, the others when the next requests come on the same connection.
            None: the real response is sent. An empty list: the connection is broken.

    Attributes:
        url: The address of this server, for the client.
    """

    def __init__(self, url: str, respond: Callable[[str, bytes], Sequence[bytes] | None]) -> None:
        self._server = urlsplit(url)
        self._respond = respond
        super().__init__()

    def serve(self, connection: socket.socket) -> None:
        """Respond to requests until the client closes the connection or `respond` returns an empty list."""
        pending: list[bytes] = []
        try:
            with connection.makefile("rb") as incoming:
                while line := incoming.readline().decode().strip():
                    real = self._execute(line, incoming)
                    replacement = self._respond(line, real)
                    pending += [real] if replacement is None else replacement
                    if not replacement and replacement is not None:
                        return
                    connection.sendall(pending.pop(0))
        except OSError:
            return  # the client closed it
        finally:
            break_connection(connection)

    def _execute(self, line: str, incoming: Any) -> bytes:  # noqa: ANN401 - a buffered reader
        method, path, _ = line.split(" ")
        headers = dict(http.client.parse_headers(incoming))
        body = incoming.read(int(headers.pop("Content-Length", "0")))
        server = http.client.HTTPConnection(self._server.hostname or "", self._server.port)
        try:
            server.request(method, path, body or None, headers)
            response = server.getresponse()
            return reply(response.read(), f"{response.status} {response.reason}")
        finally:
            server.close()


def reply(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Build a complete response."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1") + body
