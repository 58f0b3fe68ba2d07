"""The platform's HTTP server on loopback, which also creates cases and configures integrations."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import unquote, urlsplit

from . import storage_routes
from .responses import RejectedRequestError, Response
from .routes import respond
from .state import Instance, PlatformRequest, PlatformState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from .cases import Case
    from .payloads import JsonValue

ROOT = "/api/external/v1/"
LOOPBACK = "127.0.0.1"


class LocalPlatform:
    """A local SecOps that handles the SDK's requests between `start()` and `stop()` or as a context manager.

    Everything is held in memory. All members may be used from any thread while actions run.

    Args:
        port: The loopback port; 0 selects a free port.
        app_key: The required value of the header `AppKey`; None creates a random key.
    """

    def __init__(self, port: int = 0, app_key: str | None = None) -> None:
        self.app_key = app_key or secrets.token_hex(16)
        self.state = PlatformState()
        self._wanted_port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen on loopback."""
        self._server = _Server((LOOPBACK, self._wanted_port), _Handler, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port and all connections; do nothing if the platform is not started."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = self._thread = None

    @property
    def host(self) -> str:
        """The host address: always loopback."""
        return LOOPBACK

    @property
    def port(self) -> int:
        """The port in use.

        Raises:
            RuntimeError: If the platform is not started.
        """
        if self._server is None:
            raise RuntimeError("the platform is not started")
        return self._server.server_address[1]

    def new_case(
        self,
        title: str = "Suspicious activity",
        entities: Iterable[tuple[str, str]] = (),
        environment: str = "Default Environment",
    ) -> Case:
        """Create a case with one alert.

        Args:
            title: The name of the case and of its alert.
            entities: Pairs of type and identifier as ingested; identifiers are stored upper-cased.
            environment: The environment the case belongs to.
        """
        return self.state.new_case(title, environment, entities)

    def cases(self) -> list[Case]:
        """Return all cases, oldest first."""
        return self.state.cases()

    def case(self, identifier: int | str) -> Case | None:
        """Return the case with this number, or None."""
        return self.state.case(identifier)

    def configure(self, integration: str, values: Mapping[str, str]) -> None:
        """Set configuration values, which are strings on the platform, of an integration's instance."""
        self.state.configure(integration, values)

    def install(self, integration: str, version: float, defaults: Mapping[str, str]) -> Instance:
        """Add an integration: its version and the defaults of its configuration parameters."""
        return self.state.install(integration, version, defaults)

    def requests(self) -> list[PlatformRequest]:
        """Return the received requests as (method, path, body), in the order of arrival."""
        return self.state.requests()

    def forget_requests(self) -> None:
        """Clear the list of received requests."""
        self.state.clear_requests()

    @property
    def revision(self) -> int:
        """A number that increases with every change of any case."""
        return self.state.changes.revision

    def wait_for_change(self, since: int, timeout: float | None = None) -> int:
        """Wait at most `timeout` seconds until `revision` is greater than `since`; return the revision."""
        return self.state.changes.wait(since, timeout)


# socketserver names the connection "request"; the pair is for datagrams, which are not used here.
_Connection = socket.socket | tuple[bytes, socket.socket]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # Backlog of connections: with socketserver's five, a further client retries only after a second.
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], platform: LocalPlatform
    ) -> None:
        super().__init__(address, handler)
        self.platform = platform
        self._open: set[_Connection] = set()
        self._guard = threading.Lock()

    def process_request(self, request: _Connection, client_address: object) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Connection) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: _Connection, client_address: object) -> None:
        # No report: a client may disconnect at any time, for example an action that was stopped.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        super().server_close()
        with self._guard:
            connections = [one for one in self._open if isinstance(one, socket.socket)]
        for connection in connections:  # its thread then reads the end of the stream and closes it
            with contextlib.suppress(OSError):  # the client has already closed the connection
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        address = urlsplit(self.path)
        path = unquote(address.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if path == storage_routes.PATH:
                self._send(self._storage_response(path, storage_routes.fields(address.query, raw)))
            else:
                self._send(self._response(path, json.loads(raw) if raw else None))
        except RejectedRequestError as error:
            self._send(Response(error.status, error.reason.encode(), "text/plain"))
        except ValueError:
            self._send(Response(400, b"the request body is not JSON", "text/plain"))

    def _storage_response(self, path: str, fields: dict[str, bytes]) -> Response:
        shown = {name: value.decode("utf-8", "replace") for name, value in fields.items()}
        refusal = self._recorded(path, shown)
        state = cast("_Server", self.server).platform.state
        return refusal or storage_routes.respond(state.files, self.command, fields)

    def _response(self, path: str, body: JsonValue) -> Response:
        if refusal := self._recorded(path, body):
            return refusal
        if not path.startswith(ROOT):
            return Response(404, b"no such call", "text/plain")
        state = cast("_Server", self.server).platform.state
        return respond(state, self.command, path.removeprefix(ROOT), body)

    def _recorded(self, path: str, body: JsonValue) -> Response | None:
        """Record a request; return the response to a wrong key."""
        platform = cast("_Server", self.server).platform
        platform.state.record(PlatformRequest(self.command, path, body))
        if secrets.compare_digest(self.headers.get("AppKey", "").encode(), platform.app_key.encode()):
            return None
        return Response(401, b"unknown AppKey", "text/plain")

    def _send(self, reply: Response) -> None:
        self.send_response(reply.status)
        if reply.body or reply.status != 204:  # noqa: PLR2004 - No Content: neither body nor length
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Print nothing: the requests are recorded."""
