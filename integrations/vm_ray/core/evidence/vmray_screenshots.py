"""The screenshots of an analysis: the index, equal pictures, and the choice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

INDEX: Final = "screenshots/index.log"
INDEX_LIMIT: Final = 1024 * 1024
COLUMNS: Final = 4
# A name of dots only would be a folder.
_NAME: Final = re.compile(r"(?!\.+$)[0-9A-Za-z._-]{1,128}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_SHA256: Final = re.compile(r"sha256=([0-9A-Fa-f]{64})(?:,|$)")

Each = TypeVar("Each")


class Shot(NamedTuple):
    """One line of the index.

    Attributes:
        milliseconds: The time since the start of the analysis.
        size: The size of the picture in bytes.
        key: The SHA-256 of the picture, else its name: equal pictures have the same key.
        name: The name of the picture in the archive.
    """

    milliseconds: int
    size: int
    key: str
    name: str

    @property
    def member(self) -> str:
        """The path of the picture in the archive."""
        return f"screenshots/{self.name}"


class Index(NamedTuple):
    """The index of the screenshots of an analysis.

    Attributes:
        different: The first one of each different picture, in the order of time.
        total: The number of pictures, equal ones included.
        skipped: The number of lines that are no description of a picture.
    """

    different: tuple[Shot, ...]
    total: int
    skipped: int

    @classmethod
    def parse(cls, content: bytes) -> Index:
        """Return the index of the text of ``index.log``."""
        lines = [line for line in content.decode("utf-8-sig", "replace").split("\n") if line.strip()]
        shots = sorted(filter(None, map(_shot, lines)), key=lambda each: each.milliseconds)
        different: dict[str, Shot] = {}
        for each in shots:
            different.setdefault(each.key, each)
        return cls(tuple(different.values()), len(shots), len(lines) - len(shots))


def _shot(line: str) -> Shot | None:
    """Return the picture of a line: `milliseconds | bytes | md5=…,sha1=…,sha256=… | name`; None for another line."""
    columns = [column.strip() for column in line.split("|")]
    if len(columns) != COLUMNS:
        return None
    milliseconds, size, hashes, name = columns
    if not (_NUMBER.fullmatch(milliseconds) and _NUMBER.fullmatch(size) and _NAME.fullmatch(name)):
        return None
    sha256 = _SHA256.search(hashes)
    return Shot(int(milliseconds), int(size), sha256[1].lower() if sha256 else name, name)


def spread(items: Sequence[Each], count: int) -> list[Each]:
    """Return at most so many items: the first, the last, and evenly between."""
    if count >= len(items):
        return list(items)
    if count == 1:
        return [items[0]]
    return [items[place * (len(items) - 1) // (count - 1)] for place in range(count)]


def shares(available: Sequence[int], count: int) -> list[int]:
    """Share a number out: each gets one in turn, until nothing is left or each has all that is available."""
    found = [0] * len(available)
    while sum(found) < min(count, sum(available)):
        for place, most in enumerate(available):
            if found[place] < most and sum(found) < count:
                found[place] += 1
    return found
