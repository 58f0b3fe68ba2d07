"""Running the emulator: in a thread for tests and tools, or in the foreground for the command line."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Self

from vmray_emulator.server import Emulator

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from vmray_emulator.json_types import Json


class EmbeddedEmulator(Emulator):
    """The emulator in a daemon thread: a context manager that takes what `Emulator` takes."""

    _thread: threading.Thread | None = None

    def start(self) -> Self:
        """Begin to answer. Connections made earlier wait in the backlog, so there is nothing to wait for."""
        self._thread = threading.Thread(target=self.serve, name="vmray-emulator", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and let go of everything."""
        self.finish()
        if self._thread is not None:
            self._thread.join()
        self.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(*, announce: Callable[[Emulator], None] | None = None, **options: Json) -> None:
    """Run in the foreground until Ctrl-C or SIGTERM, then finish what is being answered and return.

    Args:
        announce: Called with the emulator (`url`, `api_key`, `port`), whose port is open, before the first
            answer.
        options: What `Emulator` takes.

    Raises:
        ValueError: The scenario, lifecycle or version is unknown.
        OSError: The port cannot be had.
    """
    emulator = Emulator(**options)
    try:
        if announce is not None:
            announce(emulator)
        with contextlib.suppress(KeyboardInterrupt):
            emulator.serve()
    finally:
        emulator.close()
