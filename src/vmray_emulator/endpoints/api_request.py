"""A request to an endpoint, and the row of the route table that describes an endpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from vmray_emulator.errors import NotFoundError
from vmray_emulator.versions import V4_2_0, ServerVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vmray_emulator.json_types import Json
    from vmray_emulator.request_body import Body
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record


@dataclass(slots=True)
class ApiRequest:
    """A request as an endpoint receives it.

    Attributes:
        state: The server.
        path: Path parameters.
        params: The query. For POST the form is merged over it.
        body: The parsed body of a POST.
    """

    state: ServerState
    path: Mapping[str, Any]
    params: Mapping[str, str]
    body: Body

    def element(self, kind: str, name: str = "number") -> Record:
        """Return the object whose id is in the path.

        Raises:
            NotFoundError: The object does not exist.
        """
        record = self.state.store.get(kind, self.path[name])
        if record is None:
            raise NotFoundError
        return record


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter for the API's description.

    Attributes:
        name: Its name.
        type: JSON schema type.
        place: `query` or `form`.
        required: Whether a request without it is refused.
    """

    name: str
    type: str = "string"
    place: str = "query"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A row of the route table.

    Attributes:
        method: HTTP method.
        path: Path below `/rest`, with Starlette's converters.
        handler: Receives the request, returns the envelope or a complete response.
        summary: One sentence about the endpoint.
        response: Name of the schema of the response in the OpenAPI document.
        family: Group in the OpenAPI document.
        parameters: Query or form parameters beyond the generic ones.
        since: First server version with the endpoint.
        lists: Kind of the objects that it lists, or None.
        upload: Whether the body may be an upload.
    """

    method: str
    path: str
    handler: Callable[[ApiRequest], Response | dict[str, Any]]
    summary: str
    response: str
    family: str
    parameters: tuple[Parameter, ...] = field(default=())
    since: ServerVersion = V4_2_0
    lists: str | None = None
    upload: bool = False


def ok(data: Json) -> dict[str, Any]:
    """Return the envelope of a success."""
    return {"result": "ok", "data": data}


def done() -> dict[str, Any]:
    """Return the envelope of a successful change, which has no data (vendor's OpenAPI document)."""
    return {"result": "ok"}


def json_response(body: dict[str, Any], status: int = 200) -> Response:
    """Make a response with a JSON body."""
    return Response(json.dumps(body).encode(), status, media_type="application/json")


def binary(data: bytes, name: str) -> Response:
    """Make a download (content type: vendor's OpenAPI document)."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, headers=headers, media_type="application/octet-stream")
