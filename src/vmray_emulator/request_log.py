"""The log of the requests that the API saw."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# How many requests are remembered.
LOG_SIZE = 50_000


@dataclass(slots=True)
class RecordedRequest:
    """One request under `/rest`.

    Attributes:
        method: HTTP method.
        path: Decoded path, with `/rest`.
        query: Query parameters (the last one of equal names).
        form: Parameters of the body.
        files: Field to file name of the uploaded parts.
        status: Status of the answer; 0 when there was none.
        user_agent: What the client calls itself.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    user_agent: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the control side."""
        return asdict(self)


class RequestLog:
    """Requests in order of arrival; the oldest are forgotten."""

    def __init__(self) -> None:
        self._requests: deque[RecordedRequest] = deque(maxlen=LOG_SIZE)
        self.total = 0

    def arrive(self, request: RecordedRequest) -> None:
        """Note a request."""
        self._requests.append(request)
        self.total += 1

    def forget(self) -> None:
        """Begin anew."""
        self._requests.clear()
        self.total = 0

    def all(self) -> list[RecordedRequest]:
        """All that are remembered."""
        return list(self._requests)
