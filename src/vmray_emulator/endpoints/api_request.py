"""One request of an endpoint, and the table row that describes an endpoint."""

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
    """What an endpoint gets to see.

    Attributes:
        state: The server.
        path: Path parameters.
        params: Query, and for POST the form merged over it.
        body: The parsed body of a POST.
    """

    state: ServerState
    path: Mapping[str, Any]
    params: Mapping[str, str]
    body: Body

    def element(self, kind: str, name: str = "number") -> Record:
        """The object that the path's id names.

        Raises:
            NotFoundError: There is none.
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
        handler: Gets the request, gives the envelope or a finished response.
        summary: One sentence on what it does.
        answer: Name of the answer's schema in the API's description.
        family: Heading it stands under.
        parameters: Query or form parameters beyond the generic ones.
        since: First server version that has it.
        lists: Kind of object that it lists, if it does.
        upload: Whether the body may be an upload.
    """

    method: str
    path: str
    handler: Callable[[ApiRequest], Response | dict[str, Any]]
    summary: str
    answer: str
    family: str
    parameters: tuple[Parameter, ...] = field(default=())
    since: ServerVersion = V4_2_0
    lists: str | None = None
    upload: bool = False


def ok(data: Json) -> dict[str, Any]:
    """The success envelope."""
    return {"result": "ok", "data": data}


def done() -> dict[str, Any]:
    """The success envelope of a change, which has no data (vendor's OpenAPI document)."""
    return {"result": "ok"}


def json_response(body: dict[str, Any], status: int = 200) -> Response:
    """An answer as JSON."""
    return Response(json.dumps(body).encode(), status, media_type="application/json")


def binary(data: bytes, name: str) -> Response:
    """A download (content type as in the vendor's OpenAPI document)."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, headers=headers, media_type="application/octet-stream")
