"""Names as people write them, matched with the names that exist; the nearest are suggested."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Found = TypeVar("Found")


class UnknownNameError(Exception):
    """A name that does not exist; the text suggests the nearest ones, or says what there is.

    Attributes:
        what: What it is the name of.
        name: The name as it was written.
        known: The names that exist.
        where: What they are names within, such as ` of "Ping"`.
    """

    def __init__(self, what: str, name: str, known: Iterable[str], where: str = "") -> None:
        self.what = what
        self.name = name
        self.known = list(known)
        self.where = where
        super().__init__(what, name, self.known, where)

    def __str__(self) -> str:
        """A sentence with a suggestion."""
        folded = {known.casefold(): known for known in self.known}
        near = difflib.get_close_matches(self.name.casefold(), folded, n=3)
        if near:
            hint = "Did you mean " + " or ".join(f'"{folded[match]}"' for match in near) + "?"
        elif self.known:
            hint = "There are: " + ", ".join(self.known) + "."
        else:
            hint = "There are none."
        return f'Unknown {self.what} "{self.name}"{self.where}. {hint}'


def find(what: str, name: str, known: Mapping[str, Found], where: str = "") -> Found:
    """Look `name` up in any case.

    Args:
        what: What it is the name of, for the message.
        name: The name as a person wrote it.
        known: What exists, by name.
        where: What they are names within, for the message.

    Raises:
        UnknownNameError: Nothing has that name.
    """
    folded = {each.casefold(): found for each, found in known.items()}
    try:
        return folded[name.strip().casefold()]
    except KeyError:
        raise UnknownNameError(what, name, known, where) from None
