"""The requests of the file storage: `GET` and `POST` of `/webhooks/blob`.

The status of a file that does not exist, and the response to a file that is too large, are not public; the
imitated ones are marked (inferred).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from .file_storage import FILE_LIMIT, FileStorage
from .responses import RejectedRequestError, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH: Final = "/webhooks/blob"
_NAME: Final = re.compile(rb'name="([^"]*)"')


def fields(query: str, body: bytes) -> dict[str, bytes]:
    """Return the values of a multipart form by name; without a body, the values of the query.

    Raises:
        RejectedRequestError: The body is no such form.
    """
    if body:
        return _form_fields(body)
    return {name: values[0].encode() for name, values in parse_qs(query).items()}


def _form_fields(body: bytes) -> dict[str, bytes]:
    boundary = body.partition(b"\r\n")[0]
    parts = [part.partition(b"\r\n\r\n") for part in (b"\r\n" + body).split(b"\r\n" + boundary)[1:-1]]
    found = [(_NAME.search(headers), content) for headers, _, content in parts]
    named = {name[1].decode(): content for name, content in found if name}
    if not boundary.startswith(b"--") or len(named) < len(found) or not named:
        raise RejectedRequestError(400, "the body is not a multipart form")
    return named


def respond(storage: FileStorage, method: str, given: Mapping[str, bytes]) -> Response:
    """Return the response to a request of the file storage with these fields."""
    try:
        environment, path = (given[name].decode() for name in ("EnvironmentName", "DestinationPath"))
        if method == "GET":
            return _read(storage, environment, path)
        return _write(storage, environment, path, given["Data"])
    except RejectedRequestError as error:
        return Response(error.status, error.reason.encode(), "text/plain; charset=utf-8")
    except (KeyError, UnicodeDecodeError) as error:
        return Response(400, f"malformed request: {error!r}".encode(), "text/plain; charset=utf-8")


def _read(storage: FileStorage, environment: str, path: str) -> Response:
    data = storage.read(environment, path)
    if data is None:  # the status is (inferred)
        raise RejectedRequestError(404, "The file was not found")
    return Response(200, data, "application/octet-stream")


def _write(storage: FileStorage, environment: str, path: str, data: bytes) -> Response:
    if len(data) > FILE_LIMIT:  # the SDK does not send such a file; the status is (inferred)
        raise RejectedRequestError(400, f"The file has {len(data)} bytes, more than {FILE_LIMIT}")
    storage.write(environment, path, data)
    return Response(200, b"")
