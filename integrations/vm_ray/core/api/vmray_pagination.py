"""Lists of VMRay's: they come in pages, and the rest of one waits under an id that can be used once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from ...core.api.vmray_errors import InvalidResponseError, NotFoundError
from ...core.api.vmray_models import Json
from ...core.api.vmray_protocol import Response, quote_segment
from ...core.api.vmray_transport import Transport

MAX_PAGES: Final = 1_000
MAX_RESTARTS: Final = 3


class Listing(NamedTuple):
    """What a list held.

    Attributes:
        items: Its objects, in VMRay's order.
        truncated: Whether VMRay has even more, which it gives to nobody.
    """

    items: list[Json]
    truncated: bool


def read_list(
    transport: Transport,
    path: str,
    query: Mapping[str, str] | None = None,
    goes_on: Callable[[Json], bool] = lambda last: True,  # noqa: ARG005 - to its end, whatever it holds
) -> Listing:
    """Read a list to its end, or to the first page after whose last object it is not worth going on.

    Raises:
        InvalidResponseError: It has no end, or holds nothing of what was asked for.
        VMRayError: Another cause.
    """
    for _ in range(MAX_RESTARTS):
        try:
            pages = list(_pages(transport, path, query, goes_on))
        except _RestConsumed:
            continue
        return Listing([item for page in pages for item in objects_of(page)], any(page.truncated for page in pages))
    raise InvalidResponseError("VMRay's list could not be read to the end")


def objects_of(answer: Response) -> list[Json]:
    """Return the objects of one page.

    Raises:
        InvalidResponseError: There is something on it, but no object.
    """
    found: list[Json] = [item for item in answer.data if isinstance(item, dict)]
    if answer.data and not found:
        raise InvalidResponseError("VMRay's list does not contain the requested objects")
    return found


def _pages(
    transport: Transport, path: str, query: Mapping[str, str] | None, goes_on: Callable[[Json], bool]
) -> Iterator[Response]:
    answer = transport.get(path, query, list)
    yield answer
    for _ in range(MAX_PAGES):
        items = objects_of(answer)
        if answer.continuation_id is None or (items and not goes_on(items[-1])):
            return
        try:
            answer = transport.get(f"/continuation/{quote_segment(answer.continuation_id)}", shape=list)
        except NotFoundError:
            raise _RestConsumed from None
        yield answer
    raise InvalidResponseError(f"VMRay's list did not end after {MAX_PAGES} pages")


class _RestConsumed(Exception):
    """The rest of a list can be fetched once; where that answer was lost, only starting over brings it back."""
