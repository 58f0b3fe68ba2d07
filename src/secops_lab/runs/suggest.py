"""Find a name in any letter case; suggest similar names for an unknown name."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Found = TypeVar("Found")


class UnknownNameError(Exception):
    """A name does not exist; the text suggests similar names, or lists all names.

    Attributes:
        what: The kind of object that has the name.
        name: The name that the user wrote.
        known: The names that exist.
        where: The owner of the names, such as ` of "Ping"`.
    """

    def __init__(self, what: str, name: str, known: Iterable[str], where: str = "") -> None:
        self.what = what
        self.name = name
        self.known = list(known)
        self.where = where
        super().__init__(what, name, self.known, where)

    def __str__(self) -> str:
        """The sentence with its suggestion."""
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
    """Return the object with this name; ignore the letter case.

    Args:
        what: The kind of object, for the message.
        name: The name that the user wrote.
        known: All objects by name.
        where: The owner of the names, for the message.

    Raises:
        UnknownNameError: No object has this name.
    """
    folded = {each.casefold(): found for each, found in known.items()}
    try:
        return folded[name.strip().casefold()]
    except KeyError:
        raise UnknownNameError(what, name, known, where) from None
