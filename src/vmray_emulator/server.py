"""The emulator as a server: state, application, control interface and a listening socket."""

from __future__ import annotations

import contextlib
import secrets
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

import uvicorn

from vmray_emulator.app import CONTROL_ROOT, EmulatorApp
from vmray_emulator.clock import Clock, Lifecycle
from vmray_emulator.control import Control
from vmray_emulator.control_http import control_router
from vmray_emulator.gateway_responses import before
from vmray_emulator.gateways import known_gateway
from vmray_emulator.protocol import ConnectionAwareProtocol
from vmray_emulator.state import ServerState
from vmray_emulator.store import Store
from vmray_emulator.versions import known_version

if TYPE_CHECKING:
    from starlette.types import ASGIApp

LOOPBACK: Final = "127.0.0.1"


class Emulator:
    """An emulated VMRay server. Its port is open at once, `serve` handles the requests.

    Args:
        port: TCP port on loopback. 0 chooses a free one.
        api_key: The key that is accepted. None: the key in `db`, or else a random one.
        scenario: Scenario at the start (see `scenarios.SCENARIOS`). A database that was used before keeps its
            settings unless the scenario is another one than `default`.
        db: SQLite file of the state, with a folder of uploads beside it. None: the state is in memory.
        lifecycle: `immediate`, `reads:N`, `realtime:SPEED` or `manual`.
        server_version: One of `versions.SERVER_VERSIONS`.
        certfile: PEM certificate, for HTTPS.
        keyfile: Key of the certificate.
        latency: Seconds that every request waits.
        behind: A key of `gateways.GATEWAYS`: what stands before the API, but not before `/_emulator`.

    Attributes:
        url: Root of the server, without `/rest`.
        port: The port.
        api_key: The accepted key.
        control: The control interface.
        authority: The certificate of the authority of a gateway that inspects TLS. None without one.

    Raises:
        ValueError: The scenario, lifecycle, version or gateway is unknown, or the database has another
            format.
        OSError: The port is not available.
    """

    server_class: ClassVar[type[uvicorn.Server]] = uvicorn.Server

    def __init__(  # noqa: PLR0913 - each is one option of the command line
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
        behind: str | None = None,
    ) -> None:
        gateway = known_gateway(behind) if behind is not None else None
        self.authority: Path | None = None
        with contextlib.ExitStack() as opened:
            self._socket = opened.enter_context(_listen(port))
            self._state = _open_state(opened, db, Lifecycle.parse(lifecycle), server_version)
            used = self._state.store.recall("api_key")
            self.api_key = str(api_key or used or secrets.token_hex(16))
            self._state.resume(self.api_key)
            opened.callback(self._state.save_time)
            app = EmulatorApp(self._state, self.api_key, control_router(CONTROL_ROOT, lambda: self.control))
            app.conditions.latency = latency
            self.control = Control(self._state, app)
            if scenario != "default" or used is None:
                self.control.load_scenario(scenario)
            if gateway is not None and gateway.inspects_tls:
                folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
                self.authority, certfile = _untrusted(folder)
                keyfile = certfile
            self.port: int = self._socket.getsockname()[1]
            self.url = f"{'https' if certfile else 'http'}://{LOOPBACK}:{self.port}"
            front = before(gateway, app, CONTROL_ROOT) if gateway else app
            self._server = self.server_class(_config(front, certfile, keyfile))
            self._opened = opened.pop_all()

    def serve(self) -> None:
        """Handle requests until the server is stopped."""
        self._server.run(sockets=[self._socket])

    def close(self) -> None:
        """Release the port, the database and the temporary folder."""
        self._opened.close()


def _open_state(
    opened: contextlib.ExitStack, db: Path | None, lifecycle: Lifecycle, version: str
) -> ServerState:
    store = Store(db)
    opened.callback(store.close)
    content = Path(f"{db}.files" if db else opened.enter_context(tempfile.TemporaryDirectory()))
    content.mkdir(exist_ok=True)
    return ServerState(store, known_version(version), lifecycle, content, clock=Clock(lifecycle.speed))


def _untrusted(folder: Path) -> tuple[Path, Path]:
    """Write the certificate of a new authority, and a certificate of this server with its key."""
    import trustme  # noqa: PLC0415 - only one gateway needs certificates, and importing it takes time

    authority = trustme.CA(organization_name="TLS inspection of the emulator")
    certificates = folder / "authority.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(certificates[0])
    authority.issue_cert(LOOPBACK, "localhost").private_key_and_cert_chain_pem.write_to_path(certificates[1])
    return certificates


def _config(app: ASGIApp, certfile: Path | None, keyfile: Path | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
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


def _listen(port: int) -> socket.socket:
    # With IPPROTO_TCP asyncio switches Nagle off. Otherwise a response of two packets would wait 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
        sock.listen(2048)
    except OSError:
        sock.close()
        raise
    return sock
