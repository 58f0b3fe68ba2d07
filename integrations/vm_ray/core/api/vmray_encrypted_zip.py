"""The check of a ZIP that VMRay encrypted: live malware leaves VMRay only in such a ZIP.

The ZIP is never decrypted. Readers of ZIPs differ: some trust the directory at the end, some the headers before the
data, and some search for headers anywhere. So the check accepts one structure only: the entries follow each other
without gaps, each header agrees with the directory, and nothing comes before, between or after. Then no reader finds
content that was not checked.

The encryption bit is a claim of the server. So the data must also have the size of encrypted data, and must not be
readable without a password.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from ...core.api.vmray_request_errors import InvalidResponseError

# The password that is sent with each request for live content; everybody who handles malware knows it.
PASSWORD: Final = "infected"  # noqa: S105 - a public convention, no secret
UNENCRYPTED: Final = "VMRay sent it unencrypted"

_END: Final = struct.Struct("<I4H2IH")
_DIRECTORY: Final = struct.Struct("<I6H3I5H2I")
_LOCAL: Final = struct.Struct("<I5H3I2H")
_DESCRIPTOR: Final = struct.Struct("<3I")
_END_MARK, _DIRECTORY_MARK, _LOCAL_MARK = 0x06054B50, 0x02014B50, 0x04034B50
_DESCRIPTOR_MARK: Final = b"PK\x07\x08"
_AES_VENDOR: Final = int.from_bytes(b"AE", "little")
_PAIR: Final = struct.Struct("<2H")
_AES_FIELD: Final = struct.Struct("<4HBH")
_ENCRYPTED: Final = 1
_SIZES_FOLLOW: Final = 8
# Encrypted, sizes after the data, the level of compression, the name in UTF-8. Any other bit changes the structure.
_ALLOWED_BITS: Final = _ENCRYPTED | _SIZES_FOLLOW | 6 | 0x800
_STORED, _DEFLATED, _AES = 0, 8, 99
_TRADITIONAL_HEADER: Final = 12
# Of AES: the bytes of the salt by strength, and after the salt two bytes to check the password. A mark is at the end.
_AES_SALTS: Final = {1: 8, 2: 12, 3: 16}
_AES_CHECK, _AES_MARK = 2, 10
_AES_ID: Final = 0x9901
_ZIP64_ID: Final = 1
# Extra fields hold times and owners, names are paths. Longer ones could hide content.
_MAX_EXTRA: Final = 256
_MAX_NAME: Final = 4096
# Fewer bytes look like compressed data by chance.
_MIN_READABLE: Final = 16
# Compressed data that end where the entry ends, and zeros like those in each program, are no encrypted data.
_MIN_STREAM: Final = 64
_ZEROS: Final = bytes(16)
_BLOCK: Final = 64 * 1024
_ENOUGH: Final = 2**20


class Entry(NamedTuple):
    """One entry of the directory.

    Attributes:
        name: The name as it is in the ZIP.
        start: Where the local header begins.
        aes: The strength and the compression of AES; None for the traditional cipher.
    """

    name: bytes
    flags: int
    method: int
    check_sum: int
    packed: int
    size: int
    start: int
    aes: tuple[int, int] | None

    @property
    def is_folder(self) -> bool:
        """Whether the entry has no content."""
        return self.name.endswith(b"/") and not self.size and not self.packed

    @property
    def before(self) -> int:
        """The number of bytes before the encrypted content."""
        return _AES_SALTS[self.aes[0]] + _AES_CHECK if self.aes else _TRADITIONAL_HEADER

    @property
    def compression(self) -> int:
        """The compression of the content."""
        return self.aes[1] if self.aes else self.method


def check_encrypted(content: bytes) -> None:
    """Check that a ZIP has content, and that all of the content is encrypted.

    Raises:
        InvalidResponseError: An entry is not encrypted, or the structure of the ZIP does not show what it contains.
    """
    view = memoryview(content)
    entries, end = _directory(view)
    if not any(not each.is_folder for each in entries):
        raise _unreadable("has no content")
    if len({each.name for each in entries}) < len(entries):
        raise _unreadable("has several entries of one name")
    place = 0
    for entry in sorted(entries, key=lambda each: each.start):
        if entry.start != place:
            raise _unreadable("has gaps, or entries that overlap")
        data, place = _data(view, entry, end)
        if not entry.is_folder:
            _check_entry(entry, data)
    if place != end:
        raise _unreadable("has content that its directory does not name")


def _directory(view: memoryview) -> tuple[list[Entry], int]:
    """Return the entries, and where the directory begins."""
    place = len(view) - _END.size
    if place < 0:
        raise _unreadable("is incomplete")
    mark, disk, first_disk, here, count, size, start, comment = _END.unpack_from(view, place)
    if mark != _END_MARK or comment:
        raise _unreadable("does not end with its directory")
    if disk or first_disk or here != count or start + size != place:
        raise _unreadable("has a directory of another form")
    entries = list(_entries(view[start:place]))
    if len(entries) != count:
        raise _unreadable("has a directory of another form")
    return entries, start


def _entries(directory: memoryview) -> Iterator[Entry]:
    place = 0
    while place < len(directory):
        fields = _unpacked(_DIRECTORY, directory, place)
        mark, _, _, flags, method, _, _, check_sum, packed, size, *lengths = fields
        named, extra, comment, disk, _, _, start = lengths
        place += _DIRECTORY.size
        if mark != _DIRECTORY_MARK or comment or disk or place + named + extra > len(directory):
            raise _unreadable("has a directory of another form")
        if named > _MAX_NAME:
            raise _unreadable("has long names")
        name = bytes(directory[place : place + named])
        aes = _aes(directory[place + named : place + named + extra])
        place += named + extra
        if (method == _AES) != bool(aes):
            raise _unreadable("uses a cipher that is not known")
        yield Entry(name, flags, method, check_sum, packed, size, start, aes)


def _aes(extra: memoryview) -> tuple[int, int] | None:
    """Return the strength and the compression of AES, if the extra field of an entry names them."""
    if len(extra) > _MAX_EXTRA:
        raise _unreadable("has long extra fields")
    place, found = 0, None
    while place < len(extra):
        number, size = _unpacked(_PAIR, extra, place)
        if number == _ZIP64_ID:
            raise _unreadable("is a ZIP64 archive")
        if number == _AES_ID:
            _, _, _, vendor, strength, method = _unpacked(_AES_FIELD, extra, place)
            if vendor != _AES_VENDOR or strength not in _AES_SALTS:
                raise _unreadable("uses a cipher that is not known")
            found = (strength, method)
        place += _PAIR.size + size
    return found


def _data(view: memoryview, entry: Entry, end: int) -> tuple[memoryview, int]:
    """Return the data of an entry, and where the next entry begins; the local header must agree with the directory."""
    mark, _, flags, method, _, _, *amounts, named, extra = _unpacked(_LOCAL, view, entry.start)
    name = entry.start + _LOCAL.size
    start = name + named + extra
    stop = start + entry.packed
    is_same = (mark, flags, method, bytes(view[name : name + named])) == (
        _LOCAL_MARK,
        entry.flags,
        entry.method,
        entry.name,
    )
    known = [entry.check_sum, entry.packed, entry.size]
    later = flags & _SIZES_FOLLOW
    if not is_same or (amounts != known and not (later and not any(amounts))) or stop > end:
        raise _unreadable("has headers that do not agree with its directory")
    if _aes(view[name + named : start]) != entry.aes:
        raise _unreadable("has headers that do not agree with its directory")
    return view[start:stop], _after_descriptor(view, stop, known) if later else stop


def _after_descriptor(view: memoryview, place: int, known: list[int]) -> int:
    """Return where the next entry begins, after the sizes that follow the data; their mark is optional."""
    place += len(_DESCRIPTOR_MARK) if bytes(view[place : place + 4]) == _DESCRIPTOR_MARK else 0
    if list(_unpacked(_DESCRIPTOR, view, place)) != known:
        raise _unreadable("has headers that do not agree with its directory")
    return place + _DESCRIPTOR.size


def _check_entry(entry: Entry, data: memoryview) -> None:
    """Check that an entry is encrypted: by its bit, by the size of its data, and by the data."""
    if not entry.flags & _ENCRYPTED:
        raise InvalidResponseError.lasting(UNENCRYPTED)
    if entry.flags & ~_ALLOWED_BITS or entry.compression not in (_STORED, _DEFLATED):
        raise _unreadable("uses a cipher or a compression that is not known")
    around = entry.before + (_AES_MARK if entry.aes else 0)
    is_possible = entry.packed == entry.size + around if entry.compression == _STORED else entry.packed > around
    if not is_possible or any(_is_readable(entry, data[start:]) for start in (0, entry.before)):
        raise InvalidResponseError.lasting(UNENCRYPTED)


def _is_readable(entry: Entry, data: memoryview) -> bool:
    """Return whether the content can be read without a password; the check sum is a claim of the server, too."""
    is_long = entry.size >= _MIN_READABLE
    if entry.compression == _STORED:
        return _ZEROS in bytes(data) or (is_long and zlib.crc32(data[: entry.size]) == entry.check_sum)
    machine, size, check_sum = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0
    try:
        block = machine.decompress(data, _BLOCK)
        while block and size < _ENOUGH:
            size, check_sum = size + len(block), zlib.crc32(block, check_sum)
            block = machine.decompress(machine.unconsumed_tail, _BLOCK)
    except zlib.error:
        return False
    is_whole = machine.eof and len(data) >= _MIN_STREAM and len(machine.unused_data) <= _AES_MARK
    return size >= _ENOUGH or is_whole or (is_long and size == entry.size and check_sum == entry.check_sum)


def _unpacked(form: struct.Struct, view: memoryview, place: int) -> tuple[int, ...]:
    if place + form.size > len(view):
        raise _unreadable("is incomplete")
    return form.unpack_from(view, place)


def _unreadable(problem: str) -> InvalidResponseError:
    return InvalidResponseError.lasting(f"VMRay's ZIP {problem}, so its encryption cannot be checked")
