"""The route table of the API. The first row that matches a request handles it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vmray_emulator.endpoints import account, analyses, downloads, lists, samples, search, tags

if TYPE_CHECKING:
    from vmray_emulator.endpoints.api_request import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *downloads.ENDPOINTS,
    *samples.ENDPOINTS,
    *search.ENDPOINTS,
    *analyses.ENDPOINTS,
    *tags.ENDPOINTS,
    *account.ENDPOINTS,
    lists.CONTINUATION,
    *lists.DELETIONS,
    *lists.GENERIC,
)
