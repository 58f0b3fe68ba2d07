"""A server that forwards each request to another server, and lies about the files: size, type, encryption."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tests.guarantees.serving import HandlingServer, QuietHandler

from vmray_emulator.zipcrypto import encrypted_zip, plain_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Parts = Iterator[bytes]

FILE_TYPE: Final = "application/octet-stream"
# In no real file. It stands for live malware.
MARKER: Final = b"MZ this program must not leave VMRay in plain"
MUCH: Final = 200 * 2**20
_BLOCK: Final = bytes(64 * 1024)


@dataclass(frozen=True)
class Lie:
    """What the server sends in place of a file.

    Attributes:
        name: What is wrong.
        body: Returns the parts of the body; receives the true file.
        length: Returns the announced length, or None; receives the true file.
        is_attached: Whether the true file is attached all the same.
    """

    name: str
    body: Callable[[bytes], Parts]
    length: Callable[[bytes], int | None]
    is_attached: bool = False


def instead(name: str, content: bytes) -> Lie:
    """Return the lie that sends another file, with its true length."""
    return Lie(name, lambda _real: iter([content]), lambda _real: len(content))


def _more(real: bytes) -> Parts:
    """Yield the true file, and then far more."""
    yield real
    for _ in range(MUCH // len(_BLOCK)):
        yield _BLOCK


_TWO: Final = {"a.exe": MARKER, "evil.exe": MARKER}
HONEST: Final = Lie("nothing", lambda real: iter([real]), len, is_attached=True)
LIES: Final = (
    HONEST,
    instead("a ZIP in plain", plain_zip({"evil.exe": MARKER})),
    instead("one entry in plain", encrypted_zip(_TWO, "infected", stored=_TWO, plain=["evil.exe"])),
    instead("a program", MARKER + bytes(100)),
    instead("a web page", b"<!DOCTYPE html><script>" + MARKER + b"</script>"),
    Lie("no length, and no end", _more, lambda _real: None),
    Lie("a length of 200 MiB", _more, lambda _real: MUCH),
    Lie("more than the length", lambda real: iter([real, MARKER]), len, is_attached=True),
)


class LyingServer(HandlingServer):
    """Forwards requests on loopback, and lies about each file but indexes; a context manager.

    Args:
        url: The address of the server that executes the requests.
        number_of: Returns the position of the lie for a path.

    Attributes:
        sent: The number of bytes that were sent, by the name of the lie.
    """

    def __init__(self, url: str, number_of: Callable[[str], int]) -> None:
        server = urlsplit(url)
        self.sent: dict[str, int] = {}
        sent = self.sent

        class Handler(QuietHandler):
            """Forwards one request."""

            def do_GET(self) -> None:  # noqa: N802 - the name that the base class calls
                """Send the true response, or a lie."""
                connection = http.client.HTTPConnection(server.hostname or "", server.port)
                try:
                    connection.request("GET", self.path, headers=dict(self.headers))
                    response = connection.getresponse()
                    body, kind = response.read(), response.headers.get("Content-Type", "")
                finally:
                    connection.close()
                is_file = kind == FILE_TYPE and not self.path.endswith("index.log")
                if not is_file:
                    self.reply(response.status, {"Content-Type": kind}, body)
                    return
                self._lie(LIES[number_of(self.path)], body)

            def _lie(self, lie: Lie, real: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", FILE_TYPE)
                length = lie.length(real)
                if length is None:
                    self.send_header("Connection", "close")
                else:
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                try:
                    for part in lie.body(real):
                        self.wfile.write(part)
                        sent[lie.name] = sent.get(lie.name, 0) + len(part)
                except OSError:
                    self.close_connection = True  # the client has read enough

        super().__init__(Handler)


def number_in(path: str) -> int:
    """Return the position of an object among those of its kind: ids begin at 5001, 9001 and so on."""
    found = re.search(r"/(\d+)", path)
    assert found
    return (int(found[1]) - 1) % 1000
