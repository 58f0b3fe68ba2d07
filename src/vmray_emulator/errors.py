"""Error responses of the API: raised anywhere below an endpoint, turned into a response in one place.

ApiError           any response that is not 2xx: a status and the `error_msg` of its JSON body
└── NotFoundError  404, unknown or invisible id
"""

from __future__ import annotations


class ApiError(Exception):
    """The response to the request has an error body.

    Attributes:
        status: HTTP status.
        message: The `error_msg`.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class NotFoundError(ApiError):
    """The id is unknown. The sentence is that of a real server (vendor's XSOAR integration)."""

    def __init__(self) -> None:
        super().__init__(404, "No such element")
