"""A forwarding proxy that can break a connection after it has forwarded a request."""

from __future__ import annotations

import http.client
import socket
import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tests.guarantees.kill_switch_proxy import break_connection
from tests.guarantees.serving import HandlingServer, QuietHandler

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

_HOP_BY_HOP: Final = {
    "connection",
    "proxy-connection",
    "transfer-encoding",
    "keep-alive",
    "content-length",
}


class Proxy(HandlingServer):
    """Forwards plain requests and tunnels others; a context manager.

    Args:
        breaks: Is called with the request line (of a tunnel: CONNECT) when the server's response has arrived.
            True breaks the connection, and the response is not forwarded.

    Attributes:
        url: The address of this proxy.
        served: The request lines that were received.
    """

    def __init__(self, breaks: Callable[[str], bool]) -> None:
        self.served: list[str] = []
        served = self.served

        class Handler(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 - the library's name
                served.append(self.requestline)
                response = _forward(self)
                if breaks(self.requestline):
                    self.close_connection = True
                    return
                self.reply(*response)

            do_POST = do_GET  # noqa: N815 - the library's name

            def do_CONNECT(self) -> None:  # noqa: N802 - the library's name
                served.append(self.requestline)
                host, _, port = self.path.rpartition(":")
                with socket.create_connection((host, int(port))) as server:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                    up = (self.connection, server, lambda: False)
                    threading.Thread(target=_pump, args=up, daemon=True).start()
                    _pump(server, self.connection, lambda: breaks(self.requestline))
                self.close_connection = True

        super().__init__(Handler)


def _forward(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
    """Send the request to the server that the request line names, and return the response."""
    url = urlsplit(request.path)
    body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
    server = http.client.HTTPConnection(url.hostname or "", url.port)
    try:
        server.request(request.command, url._replace(scheme="", netloc="").geturl(), body or None, headers)
        response = server.getresponse()
        kept = {name: value for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP}
        return response.status, kept, response.read()
    finally:
        server.close()


def _pump(source: socket.socket, sink: socket.socket, breaks: Callable[[], bool]) -> None:
    try:
        while data := source.recv(65536):
            if breaks():
                break
            sink.sendall(data)
    except OSError:
        pass
    finally:
        break_connection(source)
        break_connection(sink)
