"""The control interface over HTTP, under `/_emulator`, for tools in other processes.

It needs no key: it is reachable on loopback only, by users who could stop the process anyway. Bodies are
JSON.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route, Router

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from vmray_emulator.control import Control

_VERBS: dict[tuple[str, str], Callable[[Control, dict[str, Any]], Any]] = {
    ("GET", "/requests"): lambda control, _body: [recorded.as_json() for recorded in control.requests()],
    ("DELETE", "/requests"): lambda control, _body: control.forget_requests(),
    ("GET", "/faults"): lambda control, _body: control.pending_faults(),
    ("POST", "/faults"): lambda control, body: control.inject(**body),
    ("DELETE", "/faults"): lambda control, _body: control.clear_faults(),
    ("POST", "/latency"): lambda control, body: control.set_latency(body["seconds"]),
    ("POST", "/rate_limit"): lambda control, body: control.set_rate_limit(body["per_second"]),
    ("GET", "/settings"): lambda control, _body: control.settings(),
    ("POST", "/settings"): lambda control, body: control.configure(**body),
    ("POST", "/lifecycle"): lambda control, body: control.set_lifecycle(body["lifecycle"]),
    ("POST", "/scenario"): lambda control, body: control.load_scenario(body["name"]),
    ("POST", "/advance"): lambda control, body: control.advance(body["seconds"]),
    ("POST", "/finish_all"): lambda control, _body: control.finish_all(),
    ("POST", "/reset"): lambda control, _body: control.reset(),
    ("GET", "/counts"): lambda control, _body: control.counts(),
    ("GET", "/submissions"): lambda control, _body: control.submissions(),
    ("GET", "/samples"): lambda control, _body: control.samples(),
    ("GET", "/openapi.json"): lambda control, _body: control.openapi(),
    ("GET", "/analyses"): lambda control, _body: control.analyses(),
    ("POST", "/samples"): lambda control, body: control.add_sample(**body),
    ("POST", "/known_samples"): lambda control, body: control.add_known_samples(**body),
}


def control_router(root: str, control: Callable[[], Control]) -> Router:
    """Make the routes of the control interface.

    Args:
        root: The path prefix.
        control: Returns the control object, which is created after the routes.
    """

    def route(method: str, path: str) -> Route:
        verb = _VERBS[method, path]

        async def respond(request: Request) -> Response:
            try:
                body = json.loads(await request.body() or b"{}")
                found = verb(control(), body)
            except (ValueError, TypeError, KeyError) as error:
                return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
            return JSONResponse({"ok": True} if found is None else found)

        return Route(root + path, respond, methods=[method])

    return Router([route(*key) for key in _VERBS], redirect_slashes=False)
