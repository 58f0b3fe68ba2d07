"""Passwords of encrypted archives: the given one, and those that need not be given."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

# VMRay needs only uncommon passwords (vendor's OpenAPI document). Which ones are common is inferred.
COMMON: Final = ("infected", "malware", "virus")
WRONG_ARCHIVE_PASSWORD: Final = "Wrong archive password"  # noqa: S105 - a message (its wording is inferred)
_ENCRYPTED: Final = 1
_TRIED_BYTES: Final = 64 * 1024


def opens(path: Path, given: str | None) -> bool:
    """Whether the server can open a file. It cannot if it is an encrypted ZIP with an unknown password."""
    if not zipfile.is_zipfile(path):
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if member.flag_bits & _ENCRYPTED]
            return not members or password_of(archive, members[0], given) is not None
    except (zipfile.BadZipFile, NotImplementedError):
        return True


def password_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo, given: str | None) -> bytes | None:
    """Return the password that opens an encrypted member, or None.

    Raises:
        NotImplementedError: The cipher is not the traditional one.
    """
    for password in (given, *COMMON):
        if password and _fits(archive, member, password.encode()):
            return password.encode()
    return None


def _fits(archive: zipfile.ZipFile, member: zipfile.ZipInfo, password: bytes) -> bool:
    """Try a password. One of 256 wrong ones passes the first check, so some content is read too."""
    try:
        with archive.open(member, pwd=password) as source:
            source.read(_TRIED_BYTES)
    except NotImplementedError:
        raise
    except (RuntimeError, zipfile.BadZipFile, zlib.error, EOFError):
        return False
    return True
