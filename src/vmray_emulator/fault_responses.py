"""The effect of each kind of fault on a request: sockets really break, bodies are really cut."""

from __future__ import annotations

import asyncio
import contextlib
import json
import zipfile
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qs

from starlette.responses import Response

from vmray_emulator.protocol import reset_connection
from vmray_emulator.zipcrypto import without_encryption

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from vmray_emulator.faults import Fault
    from vmray_emulator.json_types import Json

_BLOCK: Final = 64 * 1024
_PAGE: Final = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>"


def error_body(message: str) -> bytes:
    """Return the JSON body of an error response."""
    return json.dumps({"result": "error", "error_msg": message}).encode()


def throttled(retry_after: str | None) -> Response:
    """Return the response to too many requests (wording: tests of the vendor's clients)."""
    wait = retry_after if retry_after and retry_after.isdigit() else "1"
    body = error_body(f"Request was throttled. Expected available in {wait} seconds.")
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Response(body, 429, headers, "application/json")


@dataclass(slots=True)
class _HeldResponse:
    """A response that is not sent yet."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    async def keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(name, value) for name, value in message["headers"] if name != b"content-length"]
        else:
            self.body += message.get("body", b"")

    def response(self, body: bytes | None = None) -> Response:
        response = Response(bytes(self.body) if body is None else body, self.status)
        response.raw_headers += self.headers
        return response


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that a fault has hit.

    Attributes:
        app: The application that responds without a fault.
        scope: ASGI scope.
        receive: ASGI receive.
        send: ASGI send.
        options: The fault's options.
    """

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send
    options: dict[str, Any]

    async def execute(self) -> _HeldResponse:
        """Execute the request, and return its response instead of sending it."""
        kept = _HeldResponse()
        await self.app(self.scope, self.receive, kept.keep)
        return kept

    async def execute_if_stored(self) -> None:
        """Execute the request where the fault has the option `stored`."""
        if self.options.get("stored"):
            await self.execute()

    async def outlast(self, seconds: float) -> Self | None:
        """Wait for some seconds, or until the client disconnects.

        Returns:
            The exchange to continue with, which still has the body of the request. None: the client has
            disconnected.
        """
        came: deque[Message] = deque()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (message := await self.receive())["type"] != "http.disconnect":
                    came.append(message)
                return None

        async def receive() -> Message:
            return came.popleft() if came else await self.receive()

        return replace(self, receive=receive)

    async def reply(self, response: Response) -> None:
        """Send a response to the client."""
        await response(self.scope, self.receive, self.send)

    async def reset(self) -> None:
        """Reset the connection."""
        await reset_connection(self.scope, self.receive)


async def break_request(fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Apply a fault to a request."""
    await _TREATMENTS[fault.kind](Exchange(app, scope, receive, send, fault.options))


async def _status(exchange: Exchange) -> None:
    await exchange.execute_if_stored()
    options = exchange.options
    body = options["body"]
    if body is None:
        content = error_body(f"Emulated status {options['status']}")
    else:
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    response = Response(content, options["status"], options["headers"], options["content_type"])
    await exchange.reply(response)


async def _throttle(exchange: Exchange) -> None:
    await exchange.execute_if_stored()
    await exchange.reply(throttled(exchange.options["retry_after"]))


async def _reset_before(exchange: Exchange) -> None:
    if exchange.options["stored"]:
        await exchange.execute()
    else:
        while (await exchange.receive()).get("more_body"):
            pass
    await exchange.reset()


async def _reset_mid_request(exchange: Exchange) -> None:
    await exchange.receive()
    await exchange.reset()


async def _reset_mid_body(exchange: Exchange) -> None:
    kept = await exchange.execute()
    headers = [*kept.headers, (b"content-length", str(len(kept.body)).encode())]
    await exchange.send({"type": "http.response.start", "status": kept.status, "headers": headers})
    half = bytes(kept.body[: len(kept.body) // 2])
    await exchange.send({"type": "http.response.body", "body": half, "more_body": True})
    await exchange.reset()


async def _stall(exchange: Exchange) -> None:
    kept = await exchange.execute() if exchange.options["stored"] else None
    patient = await exchange.outlast(exchange.options["seconds"])
    if patient is not None:
        await patient.reply((kept or await patient.execute()).response())


async def _redirect(exchange: Exchange) -> None:
    headers = {"Location": exchange.options["location"]}
    await exchange.reply(Response(b"", exchange.options["status"], headers))


async def _html(exchange: Exchange) -> None:
    page = exchange.options["body"] or _PAGE
    await exchange.reply(Response(page, media_type="text/html"))


async def _truncated_json(exchange: Exchange) -> None:
    kept = await exchange.execute()
    await exchange.reply(kept.response(bytes(kept.body[: len(kept.body) // 2])))


async def _data_null(exchange: Exchange) -> None:
    await exchange.execute()
    await exchange.reply(Response(b'{"result": "ok", "data": null}', media_type="application/json"))


async def _result_error(exchange: Exchange) -> None:
    await exchange.execute_if_stored()
    body = error_body(exchange.options["error_msg"])
    await exchange.reply(Response(body, 200, media_type="application/json"))


async def _unencrypted(exchange: Exchange) -> None:
    """Send the archive with plain members, although the client asked for encryption."""
    kept = await exchange.execute()
    query = parse_qs(exchange.scope["query_string"].decode())
    (password,) = query.get("encryption_password", ["infected"])
    try:
        body = without_encryption(bytes(kept.body), password, last_only=exchange.options["last_only"])
    except zipfile.BadZipFile:  # an error
        body = bytes(kept.body)
    await exchange.reply(kept.response(body))


async def _endless(exchange: Exchange) -> None:
    """Send the body without its length, and then more, until the client disconnects or much was sent."""
    kept = await exchange.execute()
    await exchange.send({"type": "http.response.start", "status": kept.status, "headers": kept.headers})
    await exchange.send({"type": "http.response.body", "body": bytes(kept.body), "more_body": True})
    for _ in range(exchange.options["bytes"] // _BLOCK):
        await exchange.send({"type": "http.response.body", "body": bytes(_BLOCK), "more_body": True})
        await asyncio.sleep(0)  # otherwise it is not seen that the client disconnected
    await exchange.send({"type": "http.response.body", "body": b""})


async def _patch(exchange: Exchange) -> None:
    kept = await exchange.execute()
    try:
        document = json.loads(kept.body)
    except ValueError:
        document = None
    if not isinstance(document, dict) or "result" not in document:  # a file has no fields
        await exchange.reply(kept.response())
        return
    for path, value in exchange.options["set"].items():
        for holder, key in places(document, path):
            holder[key] = value
    for path in exchange.options["remove"]:
        for holder, key in reversed(list(places(document, path))):
            del holder[key]
    await exchange.reply(kept.response(json.dumps(document).encode()))


def places(document: Json, path: str) -> Iterator[tuple[Json, Json]]:
    """Yield the places that a dotted path names, as (container, key).

    A number is a position in a list, `*` stands for all positions.

    Raises:
        LookupError: The document has no such place.
        ValueError: The position in a list is not a number.
    """
    first, dot, rest = path.partition(".")
    keys: Iterable[Json] = [first]
    if isinstance(document, list):
        keys = range(len(document)) if first == "*" else [int(first)]
    for key in keys:
        if dot:
            yield from places(document[key], rest)
        else:
            yield document, key


_TREATMENTS: Final[dict[str, Callable[[Exchange], Awaitable[None]]]] = {
    "status": _status,
    "throttle": _throttle,
    "reset_before": _reset_before,
    "reset_mid_request": _reset_mid_request,
    "reset_mid_body": _reset_mid_body,
    "stall": _stall,
    "redirect": _redirect,
    "html": _html,
    "truncated_json": _truncated_json,
    "data_null": _data_null,
    "result_error": _result_error,
    "unencrypted": _unencrypted,
    "endless": _endless,
    "patch": _patch,
}
