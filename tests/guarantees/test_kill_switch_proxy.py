"""The kill switch proxy of the tests: after it has closed, no other server can use its port."""

from __future__ import annotations

import contextlib
import errno
import socket
from urllib.parse import urlsplit

import pytest
from tests.guarantees.kill_switch_proxy import KillSwitchProxy

from vmray_emulator import EmbeddedEmulator


def test_a_closed_proxy_refuses_connections_and_keeps_its_port() -> None:
    """Given a closed proxy, then connections are refused, and no other server can use its port."""
    with EmbeddedEmulator() as emulator, KillSwitchProxy(emulator.url, "GET ") as proxy:
        address = ("127.0.0.1", urlsplit(proxy.url).port or 0)
        with socket.create_connection(address, timeout=5) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)
        with pytest.raises(OSError, match="in use") as taken, socket.create_server(address):
            pass
        assert taken.value.errno == errno.EADDRINUSE


def test_a_connection_that_is_accepted_during_closing_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a proxy that closes after accepting a connection, then the connection is broken."""
    connect = socket.create_connection
    with (
        EmbeddedEmulator() as emulator,
        KillSwitchProxy(emulator.url, "never") as proxy,
        socket.socket() as client,
    ):

        def closing(address: tuple[str, int]) -> socket.socket:
            proxy.close()
            return connect(address)

        monkeypatch.setattr(socket, "create_connection", closing)
        client.settimeout(30)
        # Either call can raise. If the connection is not broken, `recv` runs into the timeout.
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            client.connect(("127.0.0.1", urlsplit(proxy.url).port or 0))
            assert client.recv(1) == b""
