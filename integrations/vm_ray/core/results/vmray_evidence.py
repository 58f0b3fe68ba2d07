"""Evidence: the files of one row of the result, before and after they are read."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...core.results.vmray_answer import Answer
from ...core.results.vmray_file_reader import Content, File
from ...core.results.vmray_item_result import Item


@dataclass(frozen=True)
class Evidence(ABC):
    """The files of one row.

    Attributes:
        facts: The members of the row that are known before the files are read.
        title: The title of the attachments: an entity, or our own name of the sample.
        label: What the row is about, among several rows of one subject.
    """

    facts: Mapping[str, Any]
    title: str
    label: str

    @abstractmethod
    def files(self) -> list[File]:
        """Return the files, which are not read yet."""

    @abstractmethod
    def item(self, name: str, contents: Sequence[Content]) -> Item:
        """Return the item.

        Args:
            name: The name of the item.
            contents: The content of each file, or why there is none.
        """


@dataclass(frozen=True)
class NoEvidence(Evidence):
    """A row without files."""

    answer: Answer

    def files(self) -> list[File]:
        """Return no file."""
        return []

    def item(self, name: str, contents: Sequence[Content]) -> Item:  # noqa: ARG002 - there are none
        """Return the item with the answer."""
        return self.answer.item(name, self.facts)


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
