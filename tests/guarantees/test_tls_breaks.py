"""A connection that breaks while a file goes out is a broken connection, also where TLS is spoken."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.actions.certificate import self_signed
from tests.guarantees.kill_switch_proxy import KillSwitchProxy, break_off
from tests.guarantees.matrix.world import World, file_item, reported_outcome

if TYPE_CHECKING:
    import socket
    from pathlib import Path

MUCH = 1_000_000  # bytes on one connection that only a large upload comes to


class Cutter(KillSwitchProxy):
    """A door that stays open, but cuts the first connection on which much is sent.

    Attributes:
        cut: Set once it has cut.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, "never")
        self.cut = threading.Event()

    def _pump(self, source: socket.socket, sink: socket.socket, watched: bool) -> None:  # noqa: ARG002, FBT001 - the base class's signature
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
        world.platform.configure("VMRay", {"Verify SSL": "false"})
        items = [
            file_item(tmp_path / "large.bin", bytes(20_000_000)),
            file_item(tmp_path / "small.txt", b"small"),
        ]

        with Cutter(world.vmray.url) as cutter:
            world.platform.configure("VMRay", {"Api Root": cutter.url})
            run = world.run("Upload File And Get Report", items)

        assert cutter.cut.is_set()
        assert [reported_outcome(run, item)[0] for item in items] == ["fine", "fine"]
        assert [len(world.submissions(item)) for item in items] == [1, 1]
