"""Running the emulator: in a thread for tests and tools, or in the foreground for the command line."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Self

import uvicorn

from vmray_emulator.server import Emulator

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import TracebackType

    from vmray_emulator.json_types import Json


class _QuickServer(uvicorn.Server):
    """Stops at once: a process that embeds the server has received the responses it waits for."""

    async def main_loop(self) -> None:
        """Wait for `stop`, and keep the date header up to date."""
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        tick = 0
        while not await self.on_tick(tick):
            tick += 10
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), 1.0)

    def stop(self) -> None:
        """End `main_loop`. Safe from any thread."""
        self.should_exit = True
        loop = getattr(self, "_loop", None)
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._ended.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the sockets, and cancel the requests in progress."""
        for one in sockets or []:
            asyncio.get_running_loop().remove_reader(one)
        # A socket that was just accepted must become a connection before anything is closed: asyncio creates
        # its transport in the next iteration of the loop, and connects its protocol one later.
        for _ in range(3):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


class EmbeddedEmulator(Emulator):
    """The emulator in a daemon thread: a context manager with the arguments of `Emulator`."""

    server_class = _QuickServer
    _server: _QuickServer
    _thread: threading.Thread | None = None

    def start(self) -> Self:
        """Start the thread. Connections wait in the backlog of the open port, so no waiting is needed."""
        self._thread = threading.Thread(target=self.serve, name="vmray-emulator", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop the thread, and release port, database and folder."""
        self._server.stop()
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
    """Run in the foreground until Ctrl-C or SIGTERM, then finish the requests in progress and return.

    Args:
        announce: Called with the emulator (`url`, `api_key`, `port`) before the first response. The port is
            open by then.
        options: Arguments of `Emulator`.

    Raises:
        ValueError: The scenario, lifecycle or version is unknown.
        OSError: The port is not available.
    """
    emulator = Emulator(**options)
    try:
        if announce is not None:
            announce(emulator)
        with contextlib.suppress(KeyboardInterrupt):
            emulator.serve()
    finally:
        emulator.close()
