"""Read VMRay's lists, which come in pages: each page but the last has an id for the next page, which works once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from ...core.api.vmray_models import Json
from ...core.api.vmray_protocol import Response, quote_segment
from ...core.api.vmray_request_errors import InvalidResponseError, NotFoundError
from ...core.api.vmray_transport import Transport

MAX_PAGES: Final = 1_000
MAX_RESTARTS: Final = 3


class Listing(NamedTuple):
    """The content of a list.

    Attributes:
        items: The objects of the list, in VMRay's order.
        truncated: Whether VMRay has more objects, which no request returns.
    """

    items: list[Json]
    truncated: bool


def read_list(
    transport: Transport,
    path: str,
    query: Mapping[str, str] | None = None,
    read_next: Callable[[Json], bool] = lambda last: True,  # noqa: ARG005 - the default reads to the end
) -> Listing:
    """Read a list to its end, or up to the first page whose last object does not satisfy ``read_next``.

    Raises:
        InvalidResponseError: The list has no end, or does not contain the requested objects.
        VMRayError: Another cause.
    """
    for _ in range(MAX_RESTARTS):
        try:
            pages = list(_pages(transport, path, query, read_next))
        except _PageIdUsed:
            continue
        return Listing([item for page in pages for item in objects_of(page)], any(page.truncated for page in pages))
    raise InvalidResponseError("VMRay's list could not be read to the end")


def objects_of(response: Response) -> list[Json]:
    """Return the objects of one page.

    Raises:
        InvalidResponseError: The page is not empty, and contains no object.
    """
    found: list[Json] = [item for item in response.data if isinstance(item, dict)]
    if response.data and not found:
        raise InvalidResponseError("VMRay's list does not contain the requested objects")
    return found


def _pages(
    transport: Transport, path: str, query: Mapping[str, str] | None, read_next: Callable[[Json], bool]
) -> Iterator[Response]:
    response = transport.get(path, query, list)
    yield response
    for _ in range(MAX_PAGES):
        items = objects_of(response)
        if response.continuation_id is None or (items and not read_next(items[-1])):
            return
        try:
            response = transport.get(f"/continuation/{quote_segment(response.continuation_id)}", shape=list)
        except NotFoundError:
            raise _PageIdUsed from None
        yield response
    raise InvalidResponseError(f"VMRay's list did not end after {MAX_PAGES} pages")


class _PageIdUsed(Exception):
    """The id of the next page was already used. If its response was lost, only reading from the start helps."""
