"""The responses of the platform."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .payloads import JsonValue


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response: status, body and content type."""

    status: int
    body: bytes
    content_type: str = "application/json"


class RejectedRequestError(Exception):
    """The platform rejects a request.

    Attributes:
        status: The HTTP status of the response.
        reason: The text of the response.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def as_json(value: JsonValue) -> Response:
    """Return a response with status 200 and a JSON value."""
    return Response(200, json.dumps(value).encode())


Handler = Callable[..., Response]
"""Handles a request: (platform, parsed body or None, the variable parts of the path) -> response."""
