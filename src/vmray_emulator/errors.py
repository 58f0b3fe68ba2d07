"""Refusals of the API, raised anywhere below an endpoint and turned into an answer at one place.

Refusal           any answer that is not 2xx: a status and the `error_msg` of its JSON body
└── NoSuchElement 404, unknown or invisible id
"""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818  it is an answer of the protocol, not a fault of the emulator
    """The request is answered with an error body.

    Attributes:
        status: HTTP status.
        message: The `error_msg`.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class NoSuchElement(Refusal):
    """The id is unknown; the sentence is the real server's (vendor's XSOAR integration)."""

    def __init__(self) -> None:
        super().__init__(404, "No such element")
