"""A server that rejects a large upload before the upload has ended, and closes the connection."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tests.guarantees.serving import AcceptingServer

if TYPE_CHECKING:
    import socket
    from pathlib import Path

READ_BYTES: Final = 1_000_000


class EarlyServer(AcceptingServer):
    """Sends a response in the middle of each request, and closes the connection; a context manager.

    Args:
        response: The bytes of the response; empty to close the connection without a response.
        certificate: The certificate and its key for TLS; None for plain HTTP.
        says_goodbye: Whether TLS is ended properly before the connection is closed.

    Attributes:
        url: The address of this server.
        uploads: The number of requests.
    """

    def __init__(self, response: bytes, certificate: Path | None, *, says_goodbye: bool) -> None:
        super().__init__()
        self._response = response
        self._says_goodbye = says_goodbye
        self._context = None
        self.uploads = 0
        if certificate is not None:
            self.url = self.url.replace("http:", "https:")
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)

    def serve(self, connection: socket.socket) -> None:
        """Read the beginning of a request, send the response, and close."""
        with suppress(OSError), self._secured(connection) as secured:
            received = 0
            while received < READ_BYTES:
                block = secured.recv(65536)
                if not block:
                    return
                received += len(block)
            self.uploads += 1
            secured.sendall(self._response)
            if self._says_goodbye and isinstance(secured, ssl.SSLSocket):
                secured.unwrap()

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self._context.wrap_socket(connection, server_side=True) if self._context else connection
