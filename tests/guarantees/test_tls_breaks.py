"""A connection with TLS that breaks during an upload has the same outcome as one without TLS."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.actions.certificate import self_signed
from tests.guarantees.kill_switch_proxy import KillSwitchProxy, break_connection
from tests.guarantees.matrix.world import World, file_item, reported_outcome

if TYPE_CHECKING:
    import socket
    from pathlib import Path

LIMIT = 1_000_000  # only a large upload sends more bytes on one connection


class UploadBreaker(KillSwitchProxy):
    """A proxy that stays open, but breaks the first connection with more than `LIMIT` bytes.

    Attributes:
        broken: Set when the connection is broken.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, "never")
        self.broken = threading.Event()

    def _copy(self, source: socket.socket, sink: socket.socket, watched: bool) -> None:  # noqa: ARG002, FBT001 - the base class's signature
        sent = 0
        try:
            while data := source.recv(65536):
                sink.sendall(data)
                sent += len(data)
                if sent > LIMIT and not self.broken.is_set():
                    self.broken.set()
                    return
        except OSError:
            return
        finally:
            break_connection(source)
            break_connection(sink)


def test_a_broken_upload_is_sent_again_and_stored_once(tmp_path: Path) -> None:
    """Given a broken upload, then the file is stored once, and the other file too."""
    certificate = self_signed(tmp_path / "server.pem")
    with World(tmp_path, certfile=certificate, keyfile=certificate, lifecycle="immediate") as world:
        world.platform.configure("VMRay", {"Verify SSL": "false"})
        items = [
            file_item(tmp_path / "large.bin", bytes(20_000_000)),
            file_item(tmp_path / "small.txt", b"small"),
        ]

        with UploadBreaker(world.vmray.url) as breaker:
            world.platform.configure("VMRay", {"Api Root": breaker.url})
            run = world.run("Upload File And Get Report", items)

        assert breaker.broken.is_set()
        assert [reported_outcome(run, item)[0] for item in items] == ["fine", "fine"]
        assert [len(world.submissions(item)) for item in items] == [1, 1]
