"""Refusals of the API, raised anywhere below an endpoint and turned into an answer at one place.

ApiError           any answer that is not 2xx: a status and the `error_msg` of its JSON body
└── NotFoundError 404, unknown or invisible id
"""

from __future__ import annotations


class ApiError(Exception):
    """The request is answered with an error body.

    Attributes:
        status: HTTP status.
        message: The `error_msg`.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class NotFoundError(ApiError):
    """The id is unknown; the sentence is the real server's (vendor's XSOAR integration)."""

    def __init__(self) -> None:
        super().__init__(404, "No such element")
