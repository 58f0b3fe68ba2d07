"""A small web server that writes down everything it is sent, for tests of who gets to see what."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.guarantees.serving import HandlingServer, QuietHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Answer = tuple[int, "Mapping[str, str]", bytes]


class Listener(HandlingServer):
    """A context manager that answers every request as it is told.

    Attributes:
        url: Its address.
        heard: Head and body of each request, as text.
    """

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 - the library's name
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode("latin-1")
                heard.append(f"{self.requestline}\n{self.headers}\n{body}")
                self.reply(*answer(self.path))

            do_POST = do_CONNECT = do_GET  # noqa: N815 - the library's name

        super().__init__(Handler)


def ok(data: Any, **headers: str) -> Answer:  # noqa: ANN401 - any JSON
    """VMRay's envelope around some data."""
    return 200, headers, json.dumps({"result": "ok", "data": data}).encode()
