"""Name the endpoint of a request, and the actions that request each endpoint.

The route table of the emulator names the endpoints. Which action uses which endpoint is observed: the
examples of the actions are run, and the emulator records their requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from starlette.routing import compile_path

from vmray_emulator.routes import ENDPOINTS

if TYPE_CHECKING:
    from tools.performance import Performance

Usage: TypeAlias = Mapping[str, frozenset[str]]
"""Name of an action -> endpoints that its examples request."""

# These columns hold a hash; the claims name all three in one row.
_HASHES: Final = ("md5", "sha1", "sha256")
_ROUTES: Final = [(each.method, compile_path(each.path)[0], each.path) for each in ENDPOINTS]


def template(method: str, path: str) -> str:
    """Return the endpoint of a request as the claims name it, such as `GET /sample/{id}/iocs`.

    Args:
        method: HTTP method.
        path: Path with or without its `/rest`.

    Raises:
        LookupError: The emulator has no such endpoint.
    """
    short = path.removeprefix("/rest")
    for route_method, pattern, route in _ROUTES:
        if route_method == method and (found := pattern.match(short)):
            return f"{method} {_named(route, found.groupdict().get('column'))}"
    raise LookupError(f"the emulator has no endpoint for {method} {path}")


def emulated_endpoints() -> list[str]:
    """Return all endpoints of the emulator, named as in the claims.

    The generic lists by any column are left out: the claims name the columns that clients use.
    """
    return sorted({f"{method} {_named(route)}" for method, _, route in _ROUTES if not _is_generic(route)})


def usage_of(performances: Iterable[Performance]) -> Usage:
    """Collect the endpoints that all examples of each action requested."""
    used: dict[str, frozenset[str]] = {}
    for one in performances:
        used[one.action.name] = used.get(one.action.name, frozenset()) | set(one.endpoints)
    return used


def users_of(endpoint: str, usage: Usage) -> list[str]:
    """Return the actions that rely on an endpoint; all rely on `ANY /`, the rules of every endpoint."""
    return [name for name, used in usage.items() if endpoint.startswith("ANY ") or endpoint in used]


def _is_generic(route: str) -> bool:
    return "{column" in route or "{filters" in route


def _named(route: str, column: str | None = None) -> str:
    if column in _HASHES:
        return "/sample/{kind}/{hash}"
    if column is not None:
        route = re.sub(r"\{column:\w+\}/\{value:path\}", f"{column}/{{id}}", route)
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", re.sub(r"\{\w*(number|id)(:\w+)?\}", "{id}", route))
