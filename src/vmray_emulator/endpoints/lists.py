"""Items and lists of every kind of object, with filters in the query and in the path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmray_emulator.endpoints.api_request import ApiRequest, Endpoint, Parameter, done, ok
from vmray_emulator.endpoints.columns import column_path
from vmray_emulator.errors import NotFoundError
from vmray_emulator.lifecycle import observe
from vmray_emulator.listing import conditions_of, continue_page, list_page
from vmray_emulator.schemas.catalogue import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vmray_emulator.listing import Page
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

# Kinds whose reads count as progress in the mode `reads:N`, and their field with the submission id.
_SUBMISSION_OF = {
    "submission": "submission_id",
    "job": "job_submission_id",
    "reputation_job": "reputation_job_submission_id",
}
# Groups of the kinds in the OpenAPI document.
FAMILIES = {
    "sample": "Samples",
    "sample_relation": "Samples",
    "submission": "Submissions",
    "analysis": "Analyses",
    "reputation_lookup": "Analyses",
    "vt_analysis": "Analyses",
    "job": "Jobs",
    "reputation_job": "Jobs",
    "vt_job": "Jobs",
}
WINDOW = (
    Parameter("_limit", "integer"),
    Parameter("_min_id", "integer"),
    Parameter("_max_id", "integer"),
    Parameter("_order"),
)


def _watched(state: ServerState, kind: str, records: list[Record], filters: Mapping[str, str]) -> bool:
    numbers = {record[_SUBMISSION_OF[kind]] for record in records} if kind in _SUBMISSION_OF else set()
    for name in ("submission", f"{kind}_submission_id"):
        if filters.get(name, "").isdigit():
            numbers.add(int(filters[name]))
    return observe(state, numbers)


def listed(request: ApiRequest, kind: str, path_filters: Mapping[str, str]) -> Page:
    """Return a list of objects. Where reads count as progress, the progress comes before the response."""
    state = request.state

    def page() -> Page:
        return list_page(
            state, kind, request.params, conditions_of(state, kind, request.params, path_filters)
        )

    if state.lifecycle.mode == "reads":
        seen = state.store.select(kind, *_where(request, kind, path_filters))
        _watched(state, kind, seen, {**request.params, **path_filters})
    return page()


def _where(request: ApiRequest, kind: str, path_filters: Mapping[str, str]) -> tuple[str, list[Any]]:
    conditions = conditions_of(request.state, kind, request.params, path_filters)
    return conditions.sql, conditions.values


def _item(kind: str) -> Callable[[ApiRequest], dict[str, Any]]:
    def get(request: ApiRequest) -> dict[str, Any]:
        record = request.element(kind)
        if kind in _SUBMISSION_OF and observe(request.state, [record[_SUBMISSION_OF[kind]]]):
            record = request.element(kind)
        return ok(request.state.serialize(kind, record))

    return get


def _list(kind: str) -> Callable[[ApiRequest], dict[str, Any]]:
    return lambda request: listed(request, kind, {}).envelope()


def _by_column(kind: str) -> Callable[[ApiRequest], dict[str, Any]]:
    return lambda request: listed(request, kind, {request.path["column"]: request.path["value"]}).envelope()


def _delete(kind: str) -> Callable[[ApiRequest], dict[str, Any]]:
    def delete(request: ApiRequest) -> dict[str, Any]:
        if not request.state.store.remove(kind, request.path["number"]):
            raise NotFoundError
        return done()

    return delete


def _continue(request: ApiRequest) -> dict[str, Any]:
    return continue_page(request.state, request.path["number"]).envelope()


def _of_kind(kind: str) -> list[Endpoint]:
    family, title = FAMILIES[kind], kind.replace("_", " ")
    extra = (Parameter("_last_id", "integer"),) if kind in ("analysis", "submission") else ()
    filters = tuple(Parameter(name) for name in SCHEMAS[kind].fields)
    window = (*WINDOW, *extra)
    return [
        Endpoint("GET", f"/{kind}/{{number:id}}", _item(kind), f"One {title} by its id.", kind, family),
        Endpoint(
            "GET", f"/{kind}", _list(kind), f"Lists {title}.", kind, family, (*window, *filters), lists=kind
        ),
        Endpoint(
            "GET",
            column_path(kind),
            _by_column(kind),
            f"Lists {title} by one of their columns.",
            kind,
            family,
            window,
            lists=kind,
        ),
    ]


GENERIC: tuple[Endpoint, ...] = tuple(endpoint for kind in SCHEMAS for endpoint in _of_kind(kind))
DELETIONS: tuple[Endpoint, ...] = tuple(
    Endpoint("DELETE", f"/{kind}/{{number:id}}", _delete(kind), f"Deletes a {kind}.", "ok", FAMILIES[kind])
    for kind in ("submission", "job")
)
CONTINUATION = Endpoint(
    "GET",
    "/continuation/{number:id}",
    _continue,
    "The next page of an earlier list. Each id works once.",
    "continuation",
    "Others",
)
