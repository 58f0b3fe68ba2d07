"""The ASGI application: it applies conditions and faults, checks the key and calls the endpoint."""

from __future__ import annotations

import asyncio
import hmac
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router

from vmray_emulator.endpoints.api_request import ApiRequest, Endpoint, json_response
from vmray_emulator.errors import ApiError
from vmray_emulator.fault_responses import break_request, error_body, throttled
from vmray_emulator.faults import FaultQueue
from vmray_emulator.lifecycle import tick
from vmray_emulator.request_body import Body, read_body
from vmray_emulator.request_log import RecordedRequest, RequestLog
from vmray_emulator.routes import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from vmray_emulator.state import ServerState

ROOT: Final = "/rest"
CONTROL_ROOT: Final = "/_emulator"
_RECORD: Final = "vmray_emulator.request_log"
# Space for boundaries and fields beside the largest upload.
_FORM_BYTES: Final = 1024 * 1024
# wording: 404 as public clients show it, 403 as Django REST framework writes it (inferred)
_REFUSALS: Final = {
    403: "You do not have permission to perform this action.",
    404: "No such element",
}


@dataclass(slots=True)
class Conditions:
    """Conditions that apply to every request, unlike single faults.

    Attributes:
        latency: Seconds that every request waits.
        per_second: Maximum number of requests a second. Further ones get 429. None: no limit.
    """

    latency: float = 0.0
    per_second: float | None = None
    _tokens: float = field(default=0.0, init=False)
    _filled: float = field(default=0.0, init=False)

    def limit(self, per_second: float | None) -> None:
        """Set the rate. At first the requests of a full second are allowed, and at least one."""
        self.per_second = per_second
        self._tokens, self._filled = max(1.0, per_second or 0.0), time.monotonic()

    def wait_needed(self) -> float:
        """Count a request: 0 where it is allowed, else the seconds until the next one is allowed."""
        if not self.per_second:
            return 0.0
        now = time.monotonic()
        burst = max(1.0, self.per_second)
        self._tokens = min(burst, self._tokens + (now - self._filled) * self.per_second)
        self._filled = now
        if self._tokens >= 1.0:
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / self.per_second


class _ApiRoute(Route):
    """A route that responds to a wrong method with the error body of the API."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.methods and scope["method"] not in self.methods:
            headers = {"Allow": ", ".join(sorted(self.methods))}
            body = error_body(f'Method "{scope["method"]}" not allowed')
            await Response(body, 405, headers, "application/json")(scope, receive, send)
            return
        await self.app(scope, receive, send)


async def _unknown(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(error_body("No such element"), 404, media_type="application/json")(scope, receive, send)


def _endpoint(state: ServerState, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        recorded: RecordedRequest = request.scope[_RECORD]
        params, body = recorded.query, Body()
        if request.method == "POST":
            limit = state.settings.webif_max_upload_size + _FORM_BYTES
            try:
                body = await read_body(request, state.content, limit)
            except ClientDisconnect:
                return Response(status_code=400)
            params = {**params, **body.form}
            recorded.form, recorded.files = body.form, body.files
        with state.step():
            tick(state)
            found = endpoint.handler(ApiRequest(state, request.path_params, params, body))
        return found if isinstance(found, Response) else json_response(found)

    async def respond_or_error(request: Request) -> Response:
        try:
            return await respond(request)
        except ApiError as error:
            return Response(error_body(error.message), error.status, media_type="application/json")

    return respond_or_error


def api_routers(state: ServerState) -> dict[str, Router]:
    """Return the endpoints of this server version, by the first word of their paths."""
    routes: dict[str, list[_ApiRoute]] = {}
    for one in ENDPOINTS:
        if one.since <= state.version:
            route = _ApiRoute(ROOT + one.path, _endpoint(state, one), methods=[one.method])
            routes.setdefault(one.path.split("/")[1], []).append(route)
    return {word: Router(some, redirect_slashes=False, default=_unknown) for word, some in routes.items()}


class EmulatorApp:
    """The application behind the port of the server.

    Args:
        state: The emulated server.
        api_key: The one key that is accepted.
        control: The application below `/_emulator`.
    """

    def __init__(self, state: ServerState, api_key: str, control: ASGIApp) -> None:
        self.faults = FaultQueue()
        self.log = RequestLog()
        self.conditions = Conditions()
        self._state = state
        self._authorization = f"api_key {api_key}".encode()
        self._routers = api_routers(state)
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["path"].startswith(CONTROL_ROOT):
            await self._control(scope, receive, send)
            return
        recorded = RecordedRequest(
            scope["method"],
            scope["path"],
            dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            user_agent=_header(scope, b"user-agent").decode("latin-1"),
        )
        scope[_RECORD] = recorded
        self.log.arrive(recorded)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                recorded.status = message["status"]
            await send(message)

        await self._under_conditions(scope, receive, noting)

    async def _under_conditions(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.conditions.latency:
            await asyncio.sleep(self.conditions.latency)
        wait = self.conditions.wait_needed()
        if wait:
            await throttled(str(int(wait) + 1))(scope, receive, send)
            return
        fault = self.faults.take(scope["method"], scope["path"], scope[_RECORD].query)
        if fault is None:
            await self._api(scope, receive, send)
        else:
            await break_request(fault, self._api, scope, receive, send)

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = _header(scope, b"authorization")
        if not hmac.compare_digest(given, self._authorization):
            message = "Authentication credentials were not provided or are invalid."
            await Response(error_body(message), 401, media_type="application/json")(scope, receive, send)
            return
        path = scope["path"].removeprefix(ROOT)
        status = self._state.settings.refusal_of(path)
        if status is not None:
            body = error_body(_REFUSALS[status])
            await Response(body, status, media_type="application/json")(scope, receive, send)
            return
        word = path.removeprefix("/").partition("/")[0]
        await self._routers.get(word, _unknown)(scope, receive, send)


def _header(scope: Scope, wanted: bytes) -> bytes:
    for name, value in scope["headers"]:
        if name == wanted:
            found: bytes = value
            return found
    return b""
