"""Protection against other pages, other sites and samples: hosts, origins, tokens and headers.

The server listens on loopback, which every program and every web page of this machine can reach. So a request
must name this server (against DNS rebinding), a request that changes something must come from this server's
own page (its `Origin`) and contain the page's secret, and shown content must not run, load or embed other
content.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The policy cannot name the types of pictures: `pictures.py` removes all but three.
INSIGHT_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
# A widget contains scripts: they run in a separate origin without network access.
WIDGET_POLICY: Final = (
    "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
_HEADERS: Final = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    # not `no-referrer`: browsers would then send `Origin: null` with the forms of the wall
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_FORM_LIMIT: Final = 2**20
UPLOAD_PATH: Final = "/uploads"
_READING: Final = frozenset(["GET", "HEAD"])


class Guard:
    """ASGI middleware: rejects requests from other pages and sets headers."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reject the request or pass it to the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        if refusal is not None:
            await refusal(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)

    def _refusal(self, method: str, path: str, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if host not in self._hosts:
            return PlainTextResponse("The host name in the request is not a name of this server.", 421)
        if method in _READING:
            return None
        if headers.get("origin") != f"http://{host}":
            return PlainTextResponse("Only the case wall's own page may do that.", 403)
        length = headers.get("content-length", "")
        if not length.isdecimal():
            return PlainTextResponse("The request has no valid Content-Length.", 411)
        if path != UPLOAD_PATH and int(length) > _FORM_LIMIT:
            return PlainTextResponse("The form is too large.", 413)
        return None


class Token:
    """The secret in the wall's pages that other pages cannot read."""

    def __init__(self) -> None:
        self.text = secrets.token_urlsafe(24)

    def fits(self, given: object) -> bool:
        """Return whether a request contains the secret."""
        return isinstance(given, str) and secrets.compare_digest(given.encode(), self.text.encode())
