"""The sources of submissions: where the content comes from, and how it is sent to VMRay.

Each run of an action creates its sources again. Data that is kept between two runs is in the ``Detonation``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...core.api.vmray_client import Client
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import FileError
from ...core.api.vmray_models import SubmitResponse
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.submissions.vmray_file import FileStream, check_file, sha256_of
from ...core.submissions.vmray_submission_key import ItemFacts


class Source(Protocol):
    """One item to submit."""

    @property
    def name(self) -> str:
        """The name of the item for the analyst."""

    def facts(self) -> ItemFacts:
        """Return the facts about the item that are part of the idempotency key.

        Raises:
            VMRayError: The item cannot be used.
        """

    def submit(self, client: Client, options: SubmitOptions) -> SubmitResponse:
        """Send the item to VMRay in one attempt.

        Raises:
            VMRayError: The item cannot be used, or the request did not return a usable response.
        """

    def sha256(self) -> str | None:
        """Return the hash of the content, for look-ups; None if there is no content or the file no longer exists."""


@dataclass(frozen=True, slots=True)
class UrlSource:
    """A URL.

    Attributes:
        url: The URL as submitted.
        name: The name for the analyst: the identifier of the entity.
    """

    url: str
    name: str

    def facts(self) -> ItemFacts:
        """Return the URL."""
        return ItemFacts(self.url)

    def submit(self, client: Client, options: SubmitOptions) -> SubmitResponse:
        """Submit the URL."""
        return client.submit_url(self.url, options)

    def sha256(self) -> str | None:
        """Return None: a URL has no content before VMRay opens it."""
        return None


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file on the machine that runs the action.

    Attributes:
        path: The absolute path.
        deadline: The end of the run: reading and sending stop then.
    """

    path: str
    deadline: Deadline

    @property
    def name(self) -> str:
        """The path."""
        return self.path

    def facts(self) -> ItemFacts:
        """Return the path and the hash of the content: another step has often written a new file to the same path."""
        return ItemFacts(self.path, sha256_of(self.path, self.deadline))

    def submit(self, client: Client, options: SubmitOptions) -> SubmitResponse:
        """Submit the file as a stream."""
        with FileStream(self.path, check_file(self.path), self.deadline) as stream:
            return client.submit_file(stream, Path(self.path).name, options)

    def sha256(self) -> str | None:
        """Return the hash of the content; None if the file no longer exists, which does not matter for VMRay."""
        try:
            return sha256_of(self.path, self.deadline)
        except FileError:
            return None


@dataclass(frozen=True, slots=True)
class NamedFileSource:
    """A file that is submitted under a name of its own, such as the temporary copy of an attachment.

    Attributes:
        path: The absolute path of the content.
        name: The name for the analyst, which is the same in each run.
        file_name: The name for VMRay.
        deadline: The end of the run: reading and sending stop then.
    """

    path: str
    name: str
    file_name: str
    deadline: Deadline

    def facts(self) -> ItemFacts:
        """Return the name and the hash of the content."""
        return ItemFacts(self.name, sha256_of(self.path, self.deadline))

    def submit(self, client: Client, options: SubmitOptions) -> SubmitResponse:
        """Submit the file as a stream."""
        with FileStream(self.path, check_file(self.path), self.deadline) as stream:
            return client.submit_file(stream, self.file_name, options)

    def sha256(self) -> str | None:
        """Return the hash of the content; None if the file no longer exists."""
        try:
            return sha256_of(self.path, self.deadline)
        except FileError:
            return None
