"""Search: lists of samples and submissions that match a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmray_emulator.endpoints.api_request import ApiRequest, Endpoint, Parameter
from vmray_emulator.endpoints.lists import FAMILIES, WINDOW
from vmray_emulator.listing import conditions_of, list_page
from vmray_emulator.search import search_condition
from vmray_emulator.versions import V2026_2_1

if TYPE_CHECKING:
    from collections.abc import Callable

_QUERY = Parameter("query", required=True)


def _search(kind: str) -> Callable[[ApiRequest], dict[str, Any]]:
    def search(request: ApiRequest) -> dict[str, Any]:
        sql, values = search_condition(kind, request.params.get("query", ""))
        conditions = conditions_of(request.state, kind, request.params, {})
        conditions.add(sql, *values)
        return list_page(request.state, kind, request.params, conditions).envelope()

    return search


# The document of 2026.2.1 is the only source, so older servers have no search (inferred).
ENDPOINTS: tuple[Endpoint, ...] = tuple(
    Endpoint(
        "GET",
        f"/{kind}/search",
        _search(kind),
        f"Lists each {kind} that matches a query.",
        kind,
        FAMILIES[kind],
        (_QUERY, *WINDOW),
        since=V2026_2_1,
        lists=kind,
    )
    for kind in ("sample", "submission")
)
