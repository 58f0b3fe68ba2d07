"""Evidence: the files of one row of the result, before and after they are read."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...core.evidence.vmray_file_reader import Content, File
from ...core.results.vmray_answer import Answer, answer_of
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_result import Attachment, Link


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


class OneFile(Evidence):
    """A row with one file, and with a link to VMRay."""

    @abstractmethod
    def name_of(self, content: bytes) -> str:
        """Return the name of the attachment, which contains no text of a sample."""

    @abstractmethod
    def facts_of(self, content: bytes) -> dict[str, Any]:
        """Return the members of the row about the file, besides its name and its size."""

    @property
    def linked(self) -> str:
        """What the link is about."""
        return self.label

    def item(self, name: str, contents: Sequence[Content]) -> Item:
        """Return the item with the file attached, or with the reason why there is none."""
        (content,) = contents
        address = self.facts["web_link"]
        links = [Link(f"VMRay {self.linked}", address)] if address else []
        if not isinstance(content, bytes):
            return replace(answer_of(content).item(name, self.facts), links=links)
        attachment = Attachment(self.title, self.name_of(content), content)
        file = {"attachment": attachment.name, "size": len(content), **self.facts_of(content)}
        return Item(name, "done", {**self.facts, **file}, attachments=[attachment], links=links)


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


def with_one_copy(items: Sequence[Item], members: Collection[str]) -> list[Item]:
    """Return the items, of which two about the same file have the same copy.

    One copy is attached, and VMRay can make each copy anew, such as a ZIP with another salt: then the hash of a second
    copy would be the hash of no attached file.

    Args:
        items: The items.
        members: The members of a row that are about its files.
    """
    first: dict[str, Item] = {}
    found = []
    for item in items:
        names = [each.name for each in item.attachments]
        same = first.get(names[0]) if names else None
        if same is not None:
            facts = {name: same.facts[name] for name in members}
            item = replace(item, facts={**item.facts, **facts}, attachments=same.attachments)  # noqa: PLW2901 - the item with the first copy
        first.update(dict.fromkeys(names, item))
        found.append(item)
    return found
