"""The log of the requests to the API."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Maximum number of requests in the log.
LOG_SIZE = 50_000


@dataclass(slots=True)
class RecordedRequest:
    """One request under `/rest`.

    Attributes:
        method: HTTP method.
        path: Decoded path, with `/rest`.
        query: Query parameters. The last one of equal names counts.
        form: Parameters of the body.
        files: Field to file name of the uploaded parts.
        status: Status of the response, 0 without a response.
        user_agent: `User-Agent` of the client.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    user_agent: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the request as JSON, for the control interface."""
        return asdict(self)


class RequestLog:
    """Requests in order of arrival. The oldest ones are dropped."""

    def __init__(self) -> None:
        self._requests: deque[RecordedRequest] = deque(maxlen=LOG_SIZE)
        self.total = 0

    def arrive(self, request: RecordedRequest) -> None:
        """Add a request."""
        self._requests.append(request)
        self.total += 1

    def forget(self) -> None:
        """Empty the log."""
        self._requests.clear()
        self.total = 0

    def all(self) -> list[RecordedRequest]:
        """Return the requests in the log."""
        return list(self._requests)
