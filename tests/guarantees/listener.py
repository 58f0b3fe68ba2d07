"""A small web server that writes down everything it is sent, for tests of who gets to see what."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

Answer = tuple[int, "Mapping[str, str]", bytes]


class Listener:
    """A context manager that answers every request as it is told.

    Attributes:
        url: Its address.
        heard: Head and body of each request, as text.
    """

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode("latin-1")
                heard.append(f"{self.requestline}\n{self.headers}\n{body}")
                status, headers, content = answer(self.path)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_CONNECT = do_GET  # noqa: N815 - the library's name

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


def ok(data: Any, **headers: str) -> Answer:  # noqa: ANN401 - any JSON
    """VMRay's envelope around some data."""
    return 200, headers, json.dumps({"result": "ok", "data": data}).encode()
