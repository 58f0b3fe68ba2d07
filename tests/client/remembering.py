"""A server that remembers what was submitted to it, and fails as told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.client.wording import submission

from vm_ray.core.api.vmray_models import Sample, Submission, SubmitResponse
from vm_ray.core.submissions.vmray_submission_key import ItemFacts

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client
    from vm_ray.core.api.vmray_errors import RequestError
    from vm_ray.core.api.vmray_submit_options import SubmitOptions


@dataclass
class Server:
    """Remembers what was stored, and fails as told.

    Attributes:
        faults: For each submit in turn: what goes wrong, and whether it was stored before.
        filters: Whether it can be asked by metadata.
        appears_after: How many look-ups do not see what was stored.
        newest_are_others: Whether the newest submissions are all somebody else's.
        refuses: What it answers to the next look-up by metadata, if not what it has.
    """

    faults: list[tuple[RequestError, bool]] = field(default_factory=list)
    stored: list[Submission] = field(default_factory=list)
    filters: bool = True
    appears_after: int = 0
    refuses: RequestError | None = None
    newest_are_others: bool = False
    submits: int = 0
    slept: list[float] = field(default_factory=list)

    def send(self, options: SubmitOptions) -> SubmitResponse:
        """One submit."""
        self.submits += 1
        error, keeps = self.faults.pop(0) if self.faults else (None, True)
        if keeps:
            self.stored.append(submission(6000 + self.submits, submission_metadata=options.metadata))
        if error:
            raise error
        return SubmitResponse((self.stored[-1],))

    def find_submissions_by_metadata(self, metadata: str, is_ours: object) -> list[Submission]:
        """Ask by metadata; a server without the filter answers with whatever it has."""
        assert callable(is_ours)
        if refusal := self.refuses:
            self.refuses = None
            raise refusal
        if not self.filters:
            return [submission(1), submission(2)]
        return [each for each in self._visible() if each.metadata == metadata]

    def find_samples(self, _sha256: str) -> list[Sample]:
        """The file is unknown, so that the last resort is needed."""
        return []

    def list_newest_submissions(self, _limit: int, is_ours: object) -> list[Submission]:
        """Ask for the newest."""
        assert callable(is_ours)
        return [submission(3)] if self.newest_are_others else [submission(3), *self._visible()]

    def _visible(self) -> list[Submission]:
        if self.appears_after:
            self.appears_after -= 1
            return []
        return self.stored


@dataclass(frozen=True)
class RememberedSource:
    """An item that is sent to such a server.

    Attributes:
        server: The server.
        content: The hash of the content, if there is content.
        name: The name for the analyst.
    """

    server: Server
    content: str | None = None
    name: str = "the item"

    def facts(self) -> ItemFacts:
        """The name and the hash."""
        return ItemFacts(self.name, self.content)

    def submit(self, _client: Client, options: SubmitOptions) -> SubmitResponse:
        """One submit."""
        return self.server.send(options)

    def sha256(self) -> str | None:
        """The hash of the content."""
        return self.content
