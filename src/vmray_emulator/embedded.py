"""Running the emulator: in a thread for tests and tools, or in the foreground for the command line."""

from __future__ import annotations

import contextlib
import secrets
import socket
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

import uvicorn

from vmray_emulator.app import CONTROL_ROOT, EmulatorApp
from vmray_emulator.clock import Clock, Lifecycle
from vmray_emulator.control import Control
from vmray_emulator.control_http import control_router
from vmray_emulator.protocol import ConnectionAwareProtocol
from vmray_emulator.state import ServerState
from vmray_emulator.store import Store
from vmray_emulator.versions import known_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_LOOPBACK = "127.0.0.1"


class Emulator:
    """An emulated VMRay server that listens, but does not answer yet.

    Args:
        port: TCP port on loopback; 0 takes a free one.
        api_key: The key that is accepted; None makes one up (or takes the one kept in `db`).
        scenario: Situation to begin with (see `scenarios.SCENARIOS`); a database that already has objects keeps
            its own settings, unless another scenario than `default` is asked for.
        db: SQLite file that state survives in; None keeps it in memory. Uploads lie in a folder beside it.
        lifecycle: `immediate`, `reads:N`, `realtime:SPEED` or `manual`.
        server_version: One of `versions.SERVER_VERSIONS`.
        certfile: PEM certificate, for HTTPS.
        keyfile: Its key.
        latency: Seconds that every request waits.

    Raises:
        ValueError: The scenario, lifecycle or version is unknown.
        OSError: The port cannot be had.
    """

    def __init__(  # noqa: PLR0913  each is one choice of the command line
        self,
        *,
        port: int = 0,
        api_key: str | None = None,
        scenario: str = "default",
        db: Path | None = None,
        lifecycle: str = "immediate",
        server_version: str = "2026.2.1",
        certfile: Path | None = None,
        keyfile: Path | None = None,
        latency: float = 0.0,
    ) -> None:
        self._cleanup = contextlib.ExitStack()
        mode = Lifecycle.parse(lifecycle)
        version = known_version(server_version)
        content = (
            Path(f"{db}.files") if db else Path(self._cleanup.enter_context(tempfile.TemporaryDirectory()))
        )
        content.mkdir(exist_ok=True)
        store = Store(db)
        self._cleanup.callback(store.close)
        self.state = ServerState(store, version, mode, content, clock=Clock(mode.speed))
        self.api_key = self._begin(api_key)
        router = control_router(CONTROL_ROOT, lambda: self.control)
        self.app = EmulatorApp(self.state, self.api_key, router)
        self.app.conditions.latency = latency
        self.control = Control(self.state, self.app)
        if scenario != "default" or not self._was_used:
            self.control.load_scenario(scenario)
        self._socket = self._cleanup.enter_context(_listen(port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if certfile else 'http'}://{_LOOPBACK}:{self.port}"
        config = uvicorn.Config(
            self.app,
            http=ConnectionAwareProtocol,
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_level="critical",
            access_log=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
            ssl_certfile=certfile,
            ssl_keyfile=keyfile,
            server_header=False,
        )
        self.server = uvicorn.Server(config)

    def _begin(self, api_key: str | None) -> str:
        """Take up what the database holds, and settle on a key."""
        with self.state.step():
            kept = self.state.store.recall("api_key")
            self._was_used = kept is not None
            self.state.restore()
            self.state.save_time()
            key = api_key or kept or secrets.token_hex(16)
            self.state.store.remember("api_key", key)
        return str(key)

    def serve(self) -> None:
        """Answer requests until told to stop."""
        self.server.run(sockets=[self._socket])

    def close(self) -> None:
        """Let go of the port, the database and the temporary folder."""
        self._cleanup.close()


def _listen(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((_LOOPBACK, port))
        sock.listen(2048)
    except OSError:
        sock.close()
        raise
    return sock


class EmbeddedEmulator:
    """The emulator in a daemon thread; a context manager. Arguments are those of `Emulator`.

    Attributes:
        url: Root of the server, without `/rest`.
        api_key: The accepted key.
        control: The control side.
    """

    def __init__(  # noqa: PLR0913  see Emulator
        self,
        port: int = 0,
        api_key: str | None = None,
        scenario: str = "default",
        db: Path | None = None,
        lifecycle: str = "immediate",
        server_version: str = "2026.2.1",
        certfile: Path | None = None,
        keyfile: Path | None = None,
        latency: float = 0.0,
    ) -> None:
        self._emulator = Emulator(
            port=port,
            api_key=api_key,
            scenario=scenario,
            db=db,
            lifecycle=lifecycle,
            server_version=server_version,
            certfile=certfile,
            keyfile=keyfile,
            latency=latency,
        )
        self.url = self._emulator.url
        self.api_key = self._emulator.api_key
        self.control = self._emulator.control
        self._thread = threading.Thread(target=self._emulator.serve, name="vmray-emulator", daemon=True)

    def start(self) -> Self:
        """Begin to answer. Connections made earlier wait in the backlog, so there is nothing to wait for."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and let go of everything."""
        self._emulator.server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._emulator.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(  # noqa: PLR0913  see Emulator
    *,
    port: int = 0,
    api_key: str | None = None,
    scenario: str = "default",
    db: Path | None = None,
    lifecycle: str = "immediate",
    server_version: str = "2026.2.1",
    certfile: Path | None = None,
    keyfile: Path | None = None,
    latency: float = 0.0,
    announce: Callable[[Emulator], None] | None = None,
) -> None:
    """Run in the foreground until Ctrl-C or SIGTERM, then finish what is being answered and return.

    Args:
        port: See `Emulator`, as for the others.
        api_key: The accepted key.
        scenario: Situation to begin with.
        db: Database file.
        lifecycle: How submissions get finished.
        server_version: Which server it answers as.
        certfile: PEM certificate.
        keyfile: Its key.
        latency: Seconds that every request waits.
        announce: Called with the listening emulator (`.url`, `.api_key`, `.port`) before the first answer.
    """
    emulator = Emulator(
        port=port,
        api_key=api_key,
        scenario=scenario,
        db=db,
        lifecycle=lifecycle,
        server_version=server_version,
        certfile=certfile,
        keyfile=keyfile,
        latency=latency,
    )
    try:
        if announce is not None:
            announce(emulator)
        with contextlib.suppress(KeyboardInterrupt):
            emulator.serve()
    finally:
        emulator.close()
