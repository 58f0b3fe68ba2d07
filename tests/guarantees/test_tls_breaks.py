"""A connection that breaks while a file goes out is a broken connection, also where TLS is spoken."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

from tests.actions.certificate import self_signed
from tests.guarantees.door import break_off
from tests.guarantees.matrix.world import World, fate, file_item

if TYPE_CHECKING:
    from pathlib import Path

MUCH = 1_000_000  # bytes on one connection that only a large upload comes to


class Cutter:
    """Forwards loopback connections, and cuts the first one on which much is sent.

    Attributes:
        port: Where it listens.
        cut: Set once it has cut.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        break_off(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                return
            outside = socket.create_connection(("127.0.0.1", self._target))
            threading.Thread(target=self._forward, args=(inside, outside), daemon=True).start()
            threading.Thread(target=self._forward, args=(outside, inside), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        sent = 0
        try:
            while data := source.recv(65536):
                sink.sendall(data)
                sent += len(data)
                if sent > MUCH and not self.cut.is_set():
                    self.cut.set()
                    return
        except OSError:
            return
        finally:
            break_off(source)
            break_off(sink)


def test_an_upload_that_is_cut_is_sent_again_and_stored_once(tmp_path: Path) -> None:
    """And the file beside it is not touched."""
    certificate = self_signed(tmp_path / "server.pem")
    with World(tmp_path, certfile=certificate, keyfile=certificate, lifecycle="immediate") as world:
        cutter = Cutter(world.vmray.port)
        root = f"https://127.0.0.1:{cutter.port}"
        world.platform.configure("VMRay", {"Api Root": root, "Verify SSL": "false"})
        items = [
            file_item(tmp_path / "large.bin", bytes(20_000_000)),
            file_item(tmp_path / "small.txt", b"small"),
        ]

        run = world.run("Upload File And Get Report", items)
        cutter.close()

        assert cutter.cut.is_set()
        assert [fate(run, item)[0] for item in items] == ["fine", "fine"]
        assert [len(world.submissions(item)) for item in items] == [1, 1]
