"""A small web server that records every request, for tests of what a host receives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.guarantees.serving import HandlingServer, QuietHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Response = tuple[int, "Mapping[str, str]", bytes]


class Listener(HandlingServer):
    """Returns the responses that a function chooses, and records the requests; a context manager.

    Attributes:
        url: The address of this server.
        requests: Head and body of each request, as text.
    """

    def __init__(self, respond: Callable[[str], Response]) -> None:
        self.requests: list[str] = []
        requests = self.requests

        class Handler(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 - the library's name
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode("latin-1")
                requests.append(f"{self.requestline}\n{self.headers}\n{body}")
                self.reply(*respond(self.path))

            do_POST = do_CONNECT = do_GET  # noqa: N815 - the library's name

        super().__init__(Handler)


def ok(data: Any, **headers: str) -> Response:  # noqa: ANN401 - any JSON
    """Build VMRay's envelope around some data."""
    return 200, headers, json.dumps({"result": "ok", "data": data}).encode()
