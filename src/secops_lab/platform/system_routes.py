"""The requests without a case: configuration, versions, context values, custom lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .responses import Handler, RejectedRequestError, Response, as_json
from .state import CONTEXT_VALUE_LIMIT, PlatformState

if TYPE_CHECKING:
    from .payloads import Json, JsonValue


def configuration(state: PlatformState, _body: JsonValue, key: str) -> Response:
    """Return an integration's configuration, by instance or by identifier."""
    instance = state.instance(key)
    if instance is None:
        raise RejectedRequestError(404, f"Integration instance {key} was not found")
    return as_json(instance.configuration())


def version(state: PlatformState, _body: JsonValue, identifier: str) -> Response:
    """Return the version of an installed integration."""
    instance = state.instance(identifier)
    if instance is None:
        raise RejectedRequestError(404, f"Integration {identifier} is not installed")
    return as_json(instance.version)


def set_context(*, keep: bool) -> Handler:
    """Return a handler that stores a context value; `keep` never replaces a value (inferred)."""

    def store(state: PlatformState, body: JsonValue) -> Response:
        value = body["PropertyValue"]
        if len(str(value)) > CONTEXT_VALUE_LIMIT:
            raise RejectedRequestError(400, f"PropertyValue is longer than {CONTEXT_VALUE_LIMIT} characters")
        place = (int(body["ContextType"]), str(body["Identifier"]), str(body["PropertyKey"]))
        return as_json(state.set_context(*place, value, keep=keep))

    return store


def get_context(state: PlatformState, body: JsonValue) -> Response:
    """Return a context value; status 204 if the value is missing."""
    value = state.context(int(body["ContextType"]), str(body["Identifier"]), str(body["PropertyKey"]))
    return Response(204, b"") if value is None else as_json(value)


def any_listed(state: PlatformState, body: JsonValue) -> Response:
    """Return whether one of the items is on its custom list."""
    return as_json(any(state.is_listed(_list_key(item)) for item in body))


def change_lists(*, add: bool) -> Handler:
    """Return a handler that adds or removes items of custom lists and returns the changed items."""

    def change(state: PlatformState, body: JsonValue) -> Response:
        changed = [item for item in body if state.set_listed(_list_key(item), listed=add)]
        return as_json(
            [{key: item[key] for key in ("identifier", "category", "environment")} for item in changed]
        )

    return change


def _list_key(item: Json) -> tuple[str, str, str]:
    return item["category"], item["identifier"], item["environment"]


def always(value: JsonValue) -> Handler:
    """Return a handler with a constant response."""

    def reply(_state: PlatformState, _body: JsonValue, *_parts: str) -> Response:
        return as_json(value)

    return reply
