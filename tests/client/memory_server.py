"""A server in memory that stores submissions, and fails as a test configures it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tests.client.vmray_objects import submission

from vm_ray.core.api.vmray_models import Sample, Submission, SubmitResponse
from vm_ray.core.submissions.vmray_submission_key import ItemFacts

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client
    from vm_ray.core.api.vmray_request_errors import RequestError
    from vm_ray.core.api.vmray_submit_options import SubmitOptions

NOW: Final = datetime(2026, 1, 15, 9, 30)  # noqa: DTZ001 - VMRay's timestamps have no zone


@dataclass
class Server:
    """Stores submissions in memory, and fails as configured.

    Attributes:
        faults: For each submit in turn: the error, and whether the submission is stored first.
        filters: Whether the server filters by metadata.
        appears_after: The number of look-ups that do not return a stored submission.
        newest_are_others: Whether the newest submissions are all of other users.
        refuses: The error of the next look-up by metadata.
        clock: The time of the server's clock, in UTC.
    """

    faults: list[tuple[RequestError, bool]] = field(default_factory=list)
    stored: list[Submission] = field(default_factory=list)
    filters: bool = True
    appears_after: int = 0
    refuses: RequestError | None = None
    newest_are_others: bool = False
    submits: int = 0
    slept: list[float] = field(default_factory=list)
    clock: datetime = NOW

    def server_time(self) -> float:
        """Return the time of the server's clock."""
        return self.clock.replace(tzinfo=UTC).timestamp()

    def send(self, options: SubmitOptions) -> SubmitResponse:
        """Submit once."""
        self.submits += 1
        error, is_stored = self.faults.pop(0) if self.faults else (None, True)
        if is_stored:
            self.stored.append(submission(6000 + self.submits, submission_metadata=options.metadata))
        if error:
            raise error
        return SubmitResponse((self.stored[-1],))

    def find_submissions_by_metadata(self, metadata: str, is_ours: object) -> list[Submission]:
        """Return the submissions with this metadata; without the filter, return other submissions."""
        assert callable(is_ours)
        if refusal := self.refuses:
            self.refuses = None
            raise refusal
        if not self.filters:
            return [submission(1), submission(2)]
        return [each for each in self._visible() if each.metadata == metadata]

    def find_samples(self, _sha256: str) -> list[Sample]:
        """Return no sample, so that the newest submissions are searched."""
        return []

    def list_newest_submissions(self, _limit: int, is_ours: object) -> list[Submission]:
        """Return the newest submissions."""
        assert callable(is_ours)
        return [submission(3)] if self.newest_are_others else [submission(3), *self._visible()]

    def _visible(self) -> list[Submission]:
        if self.appears_after:
            self.appears_after -= 1
            return []
        return self.stored


@dataclass(frozen=True)
class ServerSource:
    """A source of submissions to such a server.

    Attributes:
        server: The server.
        content: The hash of the content, if there is content.
        name: The name in messages.
    """

    server: Server
    content: str | None = None
    name: str = "the item"

    def facts(self) -> ItemFacts:
        """Return the name and the hash."""
        return ItemFacts(self.name, self.content)

    def submit(self, _client: Client, options: SubmitOptions) -> SubmitResponse:
        """Submit once."""
        return self.server.send(options)

    def sha256(self) -> str | None:
        """Return the hash of the content."""
        return self.content
