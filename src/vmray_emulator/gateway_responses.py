"""The effect of a gateway on a request: it passes the request, or responds instead of the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from starlette.responses import Response

from vmray_emulator.gateways import ATTACKS, LARGEST_BODY, Gateway, Page, Stops

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INSPECTED_BYTES: Final = 128 * 1024


def before(gateway: Gateway, app: ASGIApp, free: str) -> ASGIApp:
    """Return an application that has a gateway before another one.

    Args:
        gateway: The gateway.
        app: The application behind the gateway.
        free: The beginning of the paths to which the gateway does not apply.
    """
    page = _response(gateway.page) if gateway.page else app
    stops = _STOPS[gateway.stops]

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(free):
            await app(scope, receive, send)
            return
        stopped, unread = await stops(scope, receive)
        await (page if stopped else app)(scope, unread, send)

    return front


def _response(page: Page) -> Response:
    if not page.title:
        return Response(status_code=page.status, headers=dict(page.headers))
    body = f"<h1>{page.title}</h1><p>A gateway of the VMRay emulator.</p>"
    content = f"<!DOCTYPE html>\n<html><head><title>{page.title}</title></head><body>{body}</body></html>\n"
    return Response(content, page.status, dict(page.headers), "text/html")


async def _all(_scope: Scope, receive: Receive) -> tuple[bool, Receive]:
    return True, receive


async def _none(_scope: Scope, receive: Receive) -> tuple[bool, Receive]:
    return False, receive


async def _attacks(scope: Scope, receive: Receive) -> tuple[bool, Receive]:
    """Inspect the parameters of a request, but not the files; return the body as unread."""
    text: bytes = scope["query_string"]
    came: list[Message] = []
    more = not _header(scope, b"content-type").startswith(b"multipart/")
    while more and len(text) < _INSPECTED_BYTES:
        came.append(await receive())
        text += b"&" + came[-1].get("body", b"")
        more = came[-1].get("more_body", False)

    async def replay() -> Message:
        return came.pop(0) if came else await receive()

    shown = unquote_plus(text.decode("latin-1")).lower()
    return any(attack in shown for attack in ATTACKS), replay


async def _large_bodies(scope: Scope, receive: Receive) -> tuple[bool, Receive]:
    """Compare the announced length, so that the response comes in the middle of the request."""
    return int(_header(scope, b"content-length") or 0) > LARGEST_BODY, receive


def _header(scope: Scope, wanted: bytes) -> bytes:
    found: bytes = next((value for name, value in scope["headers"] if name == wanted), b"")
    return found


_STOPS: Final[dict[Stops, Callable[[Scope, Receive], Awaitable[tuple[bool, Receive]]]]] = {
    Stops.ALL: _all,
    Stops.ATTACKS: _attacks,
    Stops.LARGE_BODIES: _large_bodies,
    Stops.NONE: _none,
}
