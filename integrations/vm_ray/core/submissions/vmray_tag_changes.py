"""The changes that were made to the tags of one submission or analysis."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

from ...core.api.vmray_client import Client
from ...core.api.vmray_request_errors import RequestRejectedError

# Older servers refuse other characters in tags (VMRay's connector for Microsoft Defender documents the version).
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]+")
_NEEDS: Final = "special characters in tags need VMRay 2026.2 or later"


class WantedTags(Protocol):
    """The tags of an action."""

    @property
    def to_add(self) -> Sequence[str]:
        """The tags to add."""

    @property
    def to_remove(self) -> Sequence[str]:
        """The tags to remove."""


@dataclass(slots=True)
class TagChanges:
    """The tags that were changed, in the order of the changes.

    Attributes:
        not_there: Tags that were to be removed, and were not there.
    """

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    not_there: list[str] = field(default_factory=list)

    def apply(self, client: Client, kind: str, number: int, wanted: WantedTags) -> None:
        """Add and remove the tags of one object, one after the other; each change is recorded at once.

        Args:
            client: The client for the requests.
            kind: ``submission`` or ``analysis``.
            number: The id of the object.
            wanted: The tags.

        Raises:
            VMRayError: The reason why a change failed; the later changes were not made.
        """
        for tag in wanted.to_add:
            with _advice_about(tag):
                client.add_tag(kind, number, tag)
            self.added.append(tag)
        for tag in wanted.to_remove:
            with _advice_about(tag):
                was_there = client.remove_tag(kind, number, tag)
            (self.removed if was_there else self.not_there).append(tag)


@contextmanager
def _advice_about(tag: str) -> Iterator[None]:
    """Add advice to the error if VMRay refused a tag that only newer servers accept."""
    try:
        yield
    except RequestRejectedError as error:
        if not _PLAIN.fullmatch(tag):
            error.advice = _NEEDS
        raise
