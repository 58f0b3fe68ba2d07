"""Which action of the integration relies on which endpoint.

The table is held to the truth by a test that runs the actions and looks at what the emulator was asked.
"""

from __future__ import annotations

import re
from typing import Final

_ANALYSING: Final = (
    "POST /sample/submit",
    "GET /submission/{id}",
    "GET /submission",
    "GET /submission/sample/{id}",
    "GET /sample/{id}",
    "GET /sample/{kind}/{hash}",
    "GET /analysis/submission/{id}",
    "GET /continuation/{id}",
)
_REPORTING: Final = ("GET /sample/{id}/iocs", "GET /sample/{id}/vtis", "GET /analysis/sample/{id}")
#: Action to the endpoints that it may call, some only when something goes wrong.
USED_BY: Final[dict[str, tuple[str, ...]]] = {
    "Ping": ("GET /analysis",),
    "Add Tag to Submission": ("POST /submission/{id}/tag", "POST /submission/{id}/tag/{tag}"),
    "Scan Hash": ("GET /sample/{kind}/{hash}", "GET /continuation/{id}", *_REPORTING),
    "Scan URL": (*_ANALYSING, *_REPORTING),
    "Upload File And Get Report": (*_ANALYSING, "GET /system_info"),
}
#: Placeholders of the emulator's generic routes, which stand for many endpoints.
_GENERIC: Final = re.compile(r"\{(column|filters)\}")
_TEMPLATES: Final = (
    (r"^/sample/(md5|sha1|sha256)/[^/]+$", "/sample/{kind}/{hash}"),
    (r"/\d+(?=/|$)", "/{id}"),
    (r"(/\{id\}/tag)/.+", r"\1/{tag}"),
)


def template(method: str, path: str) -> str:
    """The endpoint that a request was for, as the tables name it.

    Args:
        method: HTTP method.
        path: Path with or without its `/rest`.
    """
    short = path.removeprefix("/rest")
    for pattern, replacement in _TEMPLATES:
        short = re.sub(pattern, replacement, short)
    return f"{method} {short}"


def emulated_endpoints() -> list[str]:
    """All endpoints of the emulator's newest version, named as in the claims.

    Its generic lists by any column are left out: the claims name the columns that clients use.
    """
    # Only now: pytest, which collects the claims, warns about what was imported before it began.
    from vmray_emulator.openapi import openapi  # noqa: PLC0415 - only this command needs the emulator
    from vmray_emulator.versions import SERVER_VERSIONS, known_version  # noqa: PLC0415 - only this command needs the emulator

    paths = openapi(known_version(SERVER_VERSIONS[-1]))["paths"]
    named = {
        template(method.upper(), re.sub(r"\{\w*(number|id)\}", "{id}", path))
        for path, operations in paths.items()
        for method in operations
    }
    return sorted(name for name in named if not _GENERIC.search(name))


def users_of(endpoint: str) -> list[str]:
    """The actions that rely on an endpoint; on what holds for all endpoints (`ANY /`), all of them."""
    return [
        action
        for action, endpoints in USED_BY.items()
        if endpoint.startswith("ANY ") or endpoint in endpoints
    ]
