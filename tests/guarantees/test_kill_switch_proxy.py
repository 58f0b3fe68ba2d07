"""The door of the tests themselves: where it has closed, nobody else can move in."""

from __future__ import annotations

import contextlib
import errno
import socket
from urllib.parse import urlsplit

import pytest
from tests.guarantees.kill_switch_proxy import KillSwitchProxy

from vmray_emulator import EmbeddedEmulator


def test_nobody_answers_behind_a_closed_door() -> None:
    """Whoever connects is refused, for as long as the door lasts: no other server is given its port."""
    with EmbeddedEmulator() as emulator, KillSwitchProxy(emulator.url, "GET ") as door:
        place = ("127.0.0.1", urlsplit(door.url).port or 0)
        with socket.create_connection(place, timeout=5) as asking:
            asking.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                assert asking.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(place, timeout=5)
        with pytest.raises(OSError, match="in use") as taken, socket.create_server(place):
            pass
        assert taken.value.errno == errno.EADDRINUSE


def test_a_connection_that_is_just_being_made_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door closes between accepting it and passing it on: nobody is left to wait behind it."""
    connect = socket.create_connection
    with (
        EmbeddedEmulator() as emulator,
        KillSwitchProxy(emulator.url, "never") as door,
        socket.socket() as asking,
    ):

        def closing(place: tuple[str, int]) -> socket.socket:
            door.close()
            return connect(place)

        monkeypatch.setattr(socket, "create_connection", closing)
        asking.settimeout(30)
        # Whichever call meets the break; where there is none, the last one waits for nothing.
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            asking.connect(("127.0.0.1", urlsplit(door.url).port or 0))
            assert asking.recv(1) == b""
