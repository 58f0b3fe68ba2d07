"""The route table of the API, in order: the first row that fits answers."""

from __future__ import annotations

from vmray_emulator.endpoints import account, analyses, lists, samples, tags
from vmray_emulator.endpoints.call import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *samples.ENDPOINTS,
    *analyses.ENDPOINTS,
    *tags.ENDPOINTS,
    *account.ENDPOINTS,
    lists.CONTINUATION,
    *lists.DELETIONS,
    *lists.GENERIC,
)
