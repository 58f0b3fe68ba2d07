"""The result of one run besides its message and its insights: one value for every form of JSON."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...core.results.vmray_result_budget import named_cost, nested_length, table_cost


class Table(NamedTuple):
    """A table of the case wall: CSV lines, with the header first."""

    title: str
    lines: Sequence[str]


class Attachment(NamedTuple):
    """A file that is attached to the result; its name contains only ids, never text of a sample."""

    title: str
    name: str
    content: bytes

    @property
    def text(self) -> str:
        """The content in base64, as the platform expects it."""
        return base64.b64encode(self.content).decode("ascii")


class Link(NamedTuple):
    """A link of the result."""

    title: str
    address: str


class Insight(NamedTuple):
    """An insight of the case view.

    Attributes:
        title: The title of an insight of the case; an insight of an entity has none.
        html: Simple HTML; every value of a sample in it is escaped.
        entity: The identifier of the entity; empty for an insight of the case.
    """

    title: str
    html: str
    entity: str = ""

    @classmethod
    def about_sample(cls, sample_id: int, html: str, entity: str) -> Insight:
        """Return the insight of the entity; without an entity, an insight of the case whose title names the sample."""
        return cls("" if entity else f"VMRay sample {sample_id}", html, entity)


@dataclass(frozen=True, slots=True)
class Result:
    """One result, written by ``write_result``.

    Attributes:
        json_text: The JSON result, ASCII only.
        left_out: What this form of the result omits because of its size, in words; empty if nothing is omitted.
    """

    json_text: str
    tables: Sequence[Table] = ()
    attachments: Sequence[Attachment] = ()
    links: Sequence[Link] = ()
    left_out: str = ""

    @property
    def cost(self) -> int:
        """The maximum number of characters that the result adds to the text that the platform measures."""
        return (
            nested_length(self.json_text)
            + sum(table_cost(*table) for table in self.tables)
            + sum(named_cost(each.title, each.name, -(-len(each.content) // 3) * 4) for each in self.attachments)
            + sum(named_cost(*link, 0) for link in self.links)
        )
