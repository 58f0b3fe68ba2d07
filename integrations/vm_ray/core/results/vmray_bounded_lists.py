"""The requests for the lists of many samples, bounded in time: lists must not take the time for verdicts.

Lists are optional, but a server that does not respond to requests for a list could keep all threads and all slots of
the rate limiter busy until the run ends. Then the other entities of the run would have no verdict.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from ...core.api.vmray_client import Client
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import DeadlineError
from ...core.api.vmray_models import Aggregate, Analysis, Json
from ...core.api.vmray_request_errors import ResponseTimeoutError

# The part of the rest of the run that one attempt may take. Four attempts take a third of it; the rate limiter can let
# the requests for one kind of list wait for those of the other kind, and the other samples need the last third.
ATTEMPT_SHARE: Final = 1 / 12
# So many requests for one kind of list without a response in time: then at most one of this kind is in flight.
MAX_TIMEOUTS: Final = 3
NOT_SENT: Final = "not requested, because VMRay did not respond to the previous requests in time"

Found = TypeVar("Found")


class Lists(Protocol):
    """The lists of a sample; a client has these methods."""

    def get_iocs(self, sample_id: int) -> Aggregate:
        """Read the IOCs of a sample."""

    def get_threat_indicators(self, sample_id: int) -> Aggregate:
        """Read the threat indicators of a sample."""

    def list_analyses_of_sample(self, sample_id: int) -> list[Analysis]:
        """Read the finished analyses of a sample."""


class AllLists(Lists, Protocol):
    """The lists of a sample that only a complete report needs; a client has these methods."""

    def get_techniques(self, sample_id: int) -> Aggregate:
        """Read the MITRE ATT&CK techniques of a sample."""

    def get_threat_names(self, sample_id: int) -> Json:
        """Read the threat names of a sample and of its child samples."""

    def get_classifications(self, sample_id: int) -> Json:
        """Read the classifications of a sample and of its child samples."""


class BoundedLists:
    """Reads lists within a share of the run; the methods can be called from several threads."""

    def __init__(self, client: Client, deadline: Deadline) -> None:
        """Use this client; the deadline is the one of its requests."""
        self._client = client
        self._deadline = deadline
        self._lock = threading.Lock()
        self._timeouts: Counter[str] = Counter()
        self._in_flight: Counter[str] = Counter()

    def get_iocs(self, sample_id: int) -> Aggregate:
        """Read the IOCs of a sample."""
        return self._read("iocs", lambda client: client.get_iocs(sample_id))

    def get_threat_indicators(self, sample_id: int) -> Aggregate:
        """Read the threat indicators of a sample."""
        return self._read("threat_indicators", lambda client: client.get_threat_indicators(sample_id))

    def get_techniques(self, sample_id: int) -> Aggregate:
        """Read the MITRE ATT&CK techniques of a sample."""
        return self._read("techniques", lambda client: client.get_techniques(sample_id))

    def get_threat_names(self, sample_id: int) -> Json:
        """Read the threat names of a sample and of its child samples."""
        return self._read("threat_names", lambda client: client.get_threat_names(sample_id))

    def get_classifications(self, sample_id: int) -> Json:
        """Read the classifications of a sample and of its child samples."""
        return self._read("classifications", lambda client: client.get_classifications(sample_id))

    def list_analyses_of_sample(self, sample_id: int) -> list[Analysis]:
        """Read the finished analyses of a sample."""
        return self._read("analyses", lambda client: client.list_analyses_of_sample(sample_id))

    def _read(self, kind: str, request: Callable[[Client], Found]) -> Found:
        """Send a request, unless earlier requests of this kind had no response in time and one is in flight.

        Raises:
            ResponseTimeoutError: There was no response in time, or the request was not sent.
        """
        with self._lock:
            if self._timeouts[kind] >= MAX_TIMEOUTS and self._in_flight[kind]:
                raise ResponseTimeoutError(NOT_SENT)
            self._in_flight[kind] += 1
        try:
            found = request(self._client.with_timeout(self._deadline.remaining * ATTEMPT_SHARE))
        except (DeadlineError, ResponseTimeoutError):
            with self._lock:
                self._timeouts[kind] += 1
            raise
        finally:
            with self._lock:
                self._in_flight[kind] -= 1
        with self._lock:
            self._timeouts[kind] = 0
        return found
