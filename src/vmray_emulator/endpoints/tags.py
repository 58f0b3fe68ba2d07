"""Tags on submissions and analyses, in the documented form (a field) and the older one (in the path)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vmray_emulator.endpoints.api_request import ApiRequest, Endpoint, Parameter, done, ok
from vmray_emulator.errors import ApiError, NotFoundError
from vmray_emulator.submit_form import checked_tag
from vmray_emulator.versions import V2023_4_0, V2026_2_1, ServerVersion

if TYPE_CHECKING:
    from collections.abc import Callable

_FAMILY = "Tags"
_TAGGED = ("submission", "analysis")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


def _tag_of(request: ApiRequest) -> str:
    text = request.path.get("tag") or request.params.get("tag_name")
    if not text:
        raise ApiError(400, 'Parameter "tag_name" is missing')
    return _allowed(checked_tag(str(text)), request.state.version)


def _allowed(tag: str, version: ServerVersion) -> str:
    """Refuse special characters before 2026.2 (README of VMRay's connector for Defender; status inferred)."""
    if version < V2026_2_1 and not _PLAIN.fullmatch(tag):
        raise ApiError(400, f"Invalid tag name: {tag!r}")
    return tag


def _add(kind: str) -> Callable[[ApiRequest], dict[str, Any]]:
    def add(request: ApiRequest) -> dict[str, Any]:
        record, tag = request.element(kind), _tag_of(request)
        if tag not in record[f"{kind}_tags"]:
            request.state.store.change(kind, record[f"{kind}_id"], tags=[*record[f"{kind}_tags"], tag])
        return done()

    return add


def _remove(kind: str) -> Callable[[ApiRequest], dict[str, Any]]:
    def remove(request: ApiRequest) -> dict[str, Any]:
        record, tag = request.element(kind), _tag_of(request)
        if tag not in record[f"{kind}_tags"] and not request.state.settings.absent_tag_is_ok:
            raise NotFoundError
        kept = [one for one in record[f"{kind}_tags"] if one != tag]
        request.state.store.change(kind, record[f"{kind}_id"], tags=kept)
        return done()

    return remove


def _names(request: ApiRequest) -> list[str]:
    names: set[str] = set()
    for kind in _TAGGED:
        sql = f"SELECT DISTINCT value FROM {kind}, json_each(body, '$.{kind}_tags')"  # noqa: S608 - our own names
        names.update(value for (value,) in request.state.store.db.execute(sql))
    return sorted(names)


def _all(request: ApiRequest) -> dict[str, Any]:
    return ok([{"tag_name": name} for name in _names(request)])


def _one(request: ApiRequest) -> dict[str, Any]:
    if request.path["tag"] not in _names(request):
        raise NotFoundError
    return ok({"tag_name": request.path["tag"]})


def _tagged(kind: str) -> Callable[[ApiRequest], dict[str, Any]]:
    def tagged(request: ApiRequest) -> dict[str, Any]:
        where = f"EXISTS (SELECT 1 FROM json_each(body, '$.{kind}_tags') WHERE value = ?)"  # noqa: S608 - names of our own tables and fields
        records = request.state.store.select(kind, where, (request.path["tag"],), "id DESC")
        return ok([request.state.serialize(kind, record) for record in records])

    return tagged


def _of_kind(kind: str) -> list[Endpoint]:
    """Return both forms of the endpoints: tag in the path (older), or in a field (version inferred)."""
    base, add, remove = f"/{kind}/{{number:id}}/tag", _add(kind), _remove(kind)
    field = (Parameter("tag_name", place="form", required=True),)
    query = (Parameter("tag_name", required=True),)
    new = V2023_4_0
    return [
        Endpoint("POST", base, add, f"Tags a {kind}.", "ok", _FAMILY, field, since=new),
        Endpoint("DELETE", base, remove, f"Takes a tag from a {kind}.", "ok", _FAMILY, query, since=new),
        Endpoint("POST", f"{base}/{{tag:path}}", add, f"Tags a {kind} (older form).", "ok", _FAMILY),
        Endpoint("DELETE", f"{base}/{{tag:path}}", remove, f"Untags a {kind} (older form).", "ok", _FAMILY),
        Endpoint(
            "GET",
            f"/tag/{{tag}}/{kind}",
            _tagged(kind),
            f"Lists each {kind} that has a tag.",
            f"{kind}_list",
            _FAMILY,
        ),
    ]


ENDPOINTS: tuple[Endpoint, ...] = (
    *(endpoint for kind in _TAGGED for endpoint in _of_kind(kind)),
    Endpoint("GET", "/tag", _all, "Lists the tags in use.", "tags", _FAMILY),
    Endpoint("GET", "/tag/{tag}", _one, "One tag.", "tag", _FAMILY),
)
