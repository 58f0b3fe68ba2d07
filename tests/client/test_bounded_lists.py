"""Lists of many samples are bounded in time, so that they leave time for the verdicts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import DeadlineError, VMRayError
from vm_ray.core.api.vmray_models import Aggregate
from vm_ray.core.api.vmray_request_errors import ResponseTimeoutError, ServerError
from vm_ray.core.results.vmray_bounded_lists import ATTEMPT_SHARE, MAX_TIMEOUTS, NOT_SENT, BoundedLists

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client

FOUND = Aggregate(finished=True, content=[])
SILENT = ResponseTimeoutError("VMRay did not respond within 5 seconds")


class Server:
    """Fails as configured, and asks for another list while it responds to a request."""

    def __init__(self) -> None:
        self.error: VMRayError | None = SILENT
        self.others: list[str] = []
        self.limits: list[float] = []
        self.lists = BoundedLists(cast("Client", self), Deadline(100.0, lambda: 20.0))

    def with_timeout(self, seconds: float) -> Any:  # noqa: ANN401 - a substitute for a client
        """Return a client with this limit."""
        self.limits.append(seconds)
        lists = ("get_iocs", "get_threat_indicators", "list_analyses_of_sample")
        return SimpleNamespace(**dict.fromkeys(lists, self._respond))

    def _respond(self, sample_id: int) -> Aggregate:
        if sample_id == 1:
            self.others.append(self.read(2))
        if self.error is not None:
            raise self.error
        return FOUND

    def read(self, sample_id: int, method: str = "get_iocs") -> str:
        """Read a list, and return the reason if it cannot be read."""
        try:
            getattr(self.lists, method)(sample_id)
        except VMRayError as error:
            return str(error)
        return ""


def test_an_attempt_takes_a_share_of_the_rest_of_the_run() -> None:
    """Given 80 seconds of a run, then an attempt takes at most its share of them."""
    server = Server()
    server.error = None
    assert server.read(1) == ""
    assert server.limits == [80.0 * ATTEMPT_SHARE] * 2


@pytest.mark.parametrize("error", [SILENT, DeadlineError(SILENT)])
def test_at_most_one_request_is_in_flight_after_some_timeouts(error: VMRayError) -> None:
    """Given timeouts, then another request of the same kind is not sent while one is in flight."""
    server = Server()
    server.error = error
    for _ in range(MAX_TIMEOUTS):
        assert server.read(3) == str(error)
    assert server.read(1) == str(error)
    assert server.others == [NOT_SENT]
    server.error = None
    assert server.read(1, "get_threat_indicators") == ""
    assert server.read(1) == ""
    assert server.others == [NOT_SENT, "", ""]


@pytest.mark.parametrize("error", [ServerError("VMRay returned HTTP 500"), None])
def test_other_errors_do_not_stop_the_requests(error: VMRayError | None) -> None:
    """Given errors that take no time, or a response between timeouts, then all requests are sent."""
    server = Server()
    for _ in range(MAX_TIMEOUTS - 1):
        server.read(3)
    server.error = error
    server.read(3)
    for _ in range(3):
        server.read(1)
    assert NOT_SENT not in server.others
