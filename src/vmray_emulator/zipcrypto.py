"""ZIP archives, plain or encrypted with the traditional cipher.

The standard library reads that cipher and does not write it.

The vendor's clients open downloaded samples with Python's `zipfile`, so VMRay uses this cipher (inferred).
It hides malware from scanners in transit. It is not a protection, so the salt may follow from the name: equal
members result in equal bytes.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_DOS_DATE: Final = 0x21
_ENCRYPTED: Final = 1
_UTF8: Final = 0x800
_VERSION: Final = 20
_HEADER_BYTES: Final = 12
# Of one entry without its name (which is there twice): local header, directory header.
ENTRY_BYTES: Final = 30 + 46
_AES: Final = 99


def _crc_table() -> list[int]:
    table = []
    for number in range(256):
        value = number
        for _ in range(8):
            value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
        table.append(value)
    return table


_TABLE: Final = _crc_table()


def _encrypt(data: bytes, password: bytes) -> bytes:
    """Encrypt data with the stream cipher of APPNOTE.TXT 6.1."""
    key0, key1, key2 = 0x12345678, 0x23456789, 0x34567890
    table, out = _TABLE, bytearray()
    for position, plain in enumerate(password + data):
        if position >= len(password):
            mask = (key2 | 2) & 0xFFFF
            out.append(plain ^ (((mask * (mask ^ 1)) >> 8) & 0xFF))
        key0 = (key0 >> 8) ^ table[(key0 ^ plain) & 0xFF]
        key1 = ((key1 + (key0 & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        key2 = (key2 >> 8) ^ table[(key2 ^ (key1 >> 24)) & 0xFF]
    return bytes(out)


def _deflate(data: bytes) -> bytes:
    squeezer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return squeezer.compress(data) + squeezer.flush()


def encrypted_zip(
    members: Mapping[str, bytes], password: str, *, stored: Container[str] = (), plain: Container[str] = ()
) -> bytes:
    """Make an archive whose members need a password.

    Args:
        members: Name to content.
        password: Password of the members.
        stored: Members that are not compressed.
        plain: Members that need no password, which is a fault.
    """
    out, directory = bytearray(), bytearray()
    for name, data in members.items():
        crc, label = zlib.crc32(data), name.encode()
        content = data if name in stored else _deflate(data)
        if name not in plain:
            salt = hashlib.sha256(label).digest()[: _HEADER_BYTES - 1] + bytes([crc >> 24])
            content = _encrypt(salt + content, password.encode())
        common = struct.pack(
            "<HHHHHIIIHH",
            _VERSION,
            _UTF8 if name in plain else _ENCRYPTED | _UTF8,
            zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED,
            0,
            _DOS_DATE,
            crc,
            len(content),
            len(data),
            len(label),
            0,
        )
        place = struct.pack("<HHHII", 0, 0, 0, 0o600 << 16, len(out))
        directory += struct.pack("<IH", 0x02014B50, _VERSION) + common + place + label
        out += struct.pack("<I", 0x04034B50) + common + label + content
    count = len(members)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(out), 0)
    return bytes(out + directory + end)


def plain_zip(members: Mapping[str, bytes], stored: Container[str] = ()) -> bytes:
    """Make an archive without a password. Equal members result in equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, method)
    return buffer.getvalue()


def zipped(members: Mapping[str, bytes], password: str | None, stored: Container[str] = ()) -> bytes:
    """Make an archive, encrypted where a password is given."""
    return encrypted_zip(members, password, stored=stored) if password else plain_zip(members, stored)


def without_encryption(data: bytes, password: str, *, last_only: bool) -> bytes:
    """Return the archive with all members, or only the last one, in plain."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name, password.encode()) for name in archive.namelist()}
    return encrypted_zip(members, password, plain=[*members][-1:] if last_only else members)


def noise_like_aes(members: Mapping[str, bytes]) -> bytes:
    """Make an archive whose members have the mark of AES: a reader that knows AES opens none of them."""
    traditional, aes = (struct.pack("<HHH", _VERSION, _ENCRYPTED | _UTF8, each) for each in (8, _AES))
    return encrypted_zip(members, "a password that nobody has").replace(traditional, aes)
