"""What a call is answered with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .payloads import JsonValue


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back: a status and its body."""

    status: int
    body: bytes
    content_type: str = "application/json"


class RefusedCall(Exception):  # noqa: N818 - an answer, not a fault
    """A call that the platform does not accept.

    Attributes:
        status: The HTTP status to answer.
        reason: The text to answer.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def as_json(value: JsonValue) -> Response:
    """Response 200 with a JSON value."""
    return Response(200, json.dumps(value).encode())


Handler = Callable[..., Response]
"""Answers a call: (platform, parsed body or None, the path's variable parts) -> answer."""
