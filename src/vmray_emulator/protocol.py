"""The HTTP protocol of uvicorn with access to the connection, so that faults can reset it."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Scope

EXTENSION: Final = "vmray_emulator.transport"
# `struct linger`: on, zero seconds. A close then sends RST instead of FIN.
_LINGER: Final = struct.pack("ii", 1, 0)


class ConnectionAwareProtocol(HttpToolsProtocol):
    """Adds the transport of the connection to the extensions of the ASGI scope."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self.transport}  # type: ignore[dict-item]  # our own extension


def transport_of(scope: Scope) -> asyncio.Transport:
    """Return the connection of a request."""
    transport: asyncio.Transport = scope["extensions"][EXTENSION]
    return transport


async def reset_connection(scope: Scope, receive: Receive) -> None:
    """Reset the TCP connection. Data that was written and not sent yet is lost."""
    transport = transport_of(scope)
    sock = transport.get_extra_info("socket")
    if sock is not None and not transport.is_closing():
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
