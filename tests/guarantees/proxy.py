"""A forwarding proxy that can break a connection after it has passed the request on."""

from __future__ import annotations

import http.client
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from tests.guarantees.door import break_off

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_OF_THE_CONNECTION: Final = {
    "connection",
    "proxy-connection",
    "transfer-encoding",
    "keep-alive",
    "content-length",
}


class Proxy:
    """Forwards plain requests and tunnels others; a context manager.

    Args:
        breaks: Is told the request line (of a tunnel: CONNECT) when the server's answer has come; True
            breaks the connection in place of passing the answer on.

    Attributes:
        url: Its address.
        served: The request lines that came.
    """

    def __init__(self, breaks: Callable[[str], bool]) -> None:
        self.served: list[str] = []
        served = self.served

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                served.append(self.requestline)
                status, headers, content = _forwarded(self)
                if breaks(self.requestline):
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815 - the library's name

            def do_CONNECT(self) -> None:
                served.append(self.requestline)
                host, _, port = self.path.rpartition(":")
                with socket.create_connection((host, int(port))) as server:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                    up = (self.connection, server, lambda: False)
                    threading.Thread(target=_pump, args=up, daemon=True).start()
                    _pump(server, self.connection, lambda: breaks(self.requestline))
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _forwarded(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
    """Ask the server that the request line names."""
    url = urlsplit(request.path)
    body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
    headers = {
        name: value for name, value in request.headers.items() if name.lower() not in _OF_THE_CONNECTION
    }
    server = http.client.HTTPConnection(url.hostname or "", url.port)
    try:
        server.request(request.command, url._replace(scheme="", netloc="").geturl(), body or None, headers)
        answer = server.getresponse()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in _OF_THE_CONNECTION}
        return answer.status, kept, answer.read()
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
        break_off(source)
        break_off(sink)
