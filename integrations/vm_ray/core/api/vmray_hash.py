"""The hash that a text stands for: its spellings, and the reason why a text is not a hash that VMRay knows."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ...core.api.vmray_errors import UnsupportedSubjectError
from ...core.api.vmray_spelling import in_ascii, name_of, unwrapped, without_blanks, without_invisible

_KINDS: Final = {32: "md5", 40: "sha1", 64: "sha256"}
_NAMED: Final = re.compile(r"(?i)(md5|sha[-_]?(?:1|224|256|384|512))(?:\s*[:=]\s*|\s+)")
_NOT_HEXADECIMAL: Final = re.compile(r"[^0-9a-fA-F]")
_UNSUPPORTED: Final = "unsupported hash type (expected MD5, SHA-1 or SHA-256)"


class FileHash(NamedTuple):
    """A hash that VMRay can look up.

    Attributes:
        kind: ``md5``, ``sha1`` or ``sha256``.
        text: The hexadecimal digits, in the case in which they were given.
    """

    kind: str
    text: str

    @property
    def value(self) -> str:
        """The digits in lower case, as VMRay expects them."""
        return self.text.lower()


def hash_subject(text: str) -> FileHash:
    """Return the hash in a text; blanks, invisible characters, quotes and a prefix such as ``sha256:`` are removed.

    Raises:
        UnsupportedSubjectError: The text is not one of the three hashes.
    """
    given = without_invisible(in_ascii(unwrapped(text)))
    named = _NAMED.match(given)
    if named is not None:
        given = unwrapped(given[named.end() :])
    digits = without_blanks(given)
    kind = _KINDS.get(len(digits))
    # The number of characters and the name of the odd one: nothing that cannot be seen may be the hidden cause.
    if (odd := _NOT_HEXADECIMAL.search(digits)) is not None:
        raise UnsupportedSubjectError(
            f"{_UNSUPPORTED}: {len(digits)} characters, the first that is not hexadecimal is {name_of(odd.group())}"
        )
    # Two MD5 hashes have as many digits as one SHA-256; such a look-up would find nothing.
    pieces = given.split()
    if len(pieces) > 1 and all(len(piece) in _KINDS for piece in pieces):
        raise UnsupportedSubjectError(f"{_UNSUPPORTED}: {len(pieces)} hashes in one text")
    if kind is None:
        raise UnsupportedSubjectError(f"{_UNSUPPORTED}: {len(digits)} hexadecimal characters")
    if named is not None and _plain(named[1]) != kind:
        raise UnsupportedSubjectError(f"{_UNSUPPORTED}: called {named[1].upper()}, but it has {len(digits)} digits")
    return FileHash(kind, digits)


def _plain(kind: str) -> str:
    return re.sub(r"[-_]", "", kind.lower())
