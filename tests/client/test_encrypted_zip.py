"""The check of an encrypted ZIP: real and hostile archives, and why each is accepted or refused."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_encrypted_zip import UNENCRYPTED, check_encrypted
from vm_ray.core.api.vmray_request_errors import InvalidResponseError
from vmray_emulator.zipcrypto import encrypted_zip, plain_zip

if TYPE_CHECKING:
    from collections.abc import Callable

    from vmray_emulator import EmbeddedEmulator

# Info-ZIP 3.0: `zip -r -P infected`, two files, a folder and an empty file.
INFO_ZIP: Final = base64.b64decode(
    "UEsDBBQACQAIAA6XfV22UYYXSgAAAFMAAAAFABwAYS5iaW5VVAkAA1x1DGtcdQxrdXgLAAEEAAAAAAQAAAAAOFbvZtLxZWA6"
    "GAKbggAS6Lla9GSsQFljInKIL3UhL2WcuVLf9jPLy7JQX3Us/x2wO9yqdK/S+PdU/2v8ChHj3uTNrLvZLW6HHXJQSwcItlGG"
    "F0oAAABTAAAAUEsDBAoAAAAAAA6XfV0AAAAAAAAAAAAAAAACABwAZC9VVAkAA1x1DGtcdQxrdXgLAAEEAAAAAAQAAAAAUEsD"
    "BBQACQAIAA6XfV22UYYXSgAAAFMAAAAHABwAZC9iLmJpblVUCQADXHUMa1x1DGt1eAsAAQQAAAAABAAAAADv1PKUaNTeJpdH"
    "f9IPKBi8wlasa7VWr64Ued4SXJNzGUbduqaA7RZwk+5B4em6KZTeDZG3Q6ceVqHu8nyiovHvlVoEWPnTXX8NLlBLBwi2UYYX"
    "SgAAAFMAAABQSwMECgAJAAAADpd9XQAAAAAMAAAAAAAAAAkAHABlbXB0eS5iaW5VVAkAA1x1DGtcdQxrdXgLAAEEAAAAAAQA"
    "AAAAwIB8JdweCTP3jLJ+UEsHCAAAAAAMAAAAAAAAAFBLAQIeAxQACQAIAA6XfV22UYYXSgAAAFMAAAAFABgAAAAAAAEAAACk"
    "gQAAAABhLmJpblVUBQADXHUMa3V4CwABBAAAAAAEAAAAAFBLAQIeAwoAAAAAAA6XfV0AAAAAAAAAAAAAAAACABgAAAAAAAAA"
    "EADtQZkAAABkL1VUBQADXHUMa3V4CwABBAAAAAAEAAAAAFBLAQIeAxQACQAIAA6XfV22UYYXSgAAAFMAAAAHABgAAAAAAAEA"
    "AACkgdUAAABkL2IuYmluVVQFAANcdQxrdXgLAAEEAAAAAAQAAAAAUEsBAh4DCgAJAAAADpd9XQAAAAAMAAAAAAAAAAkAGAAA"
    "AAAAAAAAAKSBcAEAAGVtcHR5LmJpblVUBQADXHUMa3V4CwABBAAAAAAEAAAAAFBLBQYAAAAABAAEAC8BAADPAQAAAAA="
)
# pyzipper 0.4.0, written to a stream: AES-256, a compressed file and a file of one byte.
AES_ZIP: Final = base64.b64decode(
    "UEsDBBQACQBjAGedfV0AAAAAAAAAAAAAAAAFAAsAYS5iaW4BmQcAAgBBRQMIAA9rI3KPu89Owhqjk/+9ZtQ8LIluzYbF80Ue"
    "WqIl4r47vRM5hfcDvjE6kucOlVBLBwgAAAAALQAAAPAAAABQSwMEFAAJAGMAZ519XQAAAAAAAAAAAAAAAAUACwBiLnR4dAGZ"
    "BwACAEFFAwgATvqIFgmTG5XOrPHPgEEejH8A8DkUbKOt+t8YYC8cdFBLBwgAAAAAHwAAAAEAAABQSwECFAMUAAkAYwBnnX1d"
    "AAAAAC0AAADwAAAABQALAAAAAAAAAAAAgAEAAAAAYS5iaW4BmQcAAgBBRQMIAFBLAQIUAxQACQBjAGedfV0AAAAAHwAAAAEA"
    "AAAFAAsAAAAAAAAAAACAAWsAAABiLnR4dAGZBwACAEFFAwgAUEsFBgAAAAACAAIAfAAAAMgAAAAAAA=="
)
PLAIN: Final = b"MZ harmless, and long enough to be recognised; " * 4
RANDOM: Final = bytes(range(256)) * 2
AES: Final = struct.pack("<4HBH", 0x9901, 7, 2, 0x4541, 3, 8)
GAPS: Final = "has gaps, or entries that overlap"
DISAGREE: Final = "has headers that do not agree with its directory"
OTHER_FORM: Final = "has a directory of another form"
CIPHER: Final = "a cipher or a compression that is not known"


def deflated(data: bytes) -> bytes:
    """Compress as ZIPs do."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()


@dataclass(frozen=True)
class Part:
    """One entry of a hostile ZIP, as a program writes it that follows no rule.

    Attributes:
        data: What stands between the headers.
        local: Fields of the local header that differ from those of the directory.
        start: Where the directory says that the entry begins; None: where it does.
        listed: Whether the directory has the entry.
    """

    data: bytes = RANDOM
    name: bytes = b"evil.bin"
    flags: int = 1
    method: int = 8
    check_sum: int = 1
    size: int = 400
    extra: bytes = b""
    after: bytes = b""
    local: dict[str, Any] = field(default_factory=dict)
    start: int | None = None
    listed: bool = True
    comment: bytes = b""

    def sums(self) -> bytes:
        """The check sum and the two sizes."""
        return struct.pack("<3I", self.check_sum, len(self.data), self.size)

    def common(self) -> bytes:
        """The part that both headers have."""
        head = struct.pack("<5H", 20, self.flags, self.method, 0, 0)
        return head + self.sums() + struct.pack("<2H", len(self.name), len(self.extra))

    def header(self) -> bytes:
        """The local header."""
        told = replace(self, **{name: value for name, value in self.local.items() if name != "sums"})
        common = told.common()
        if "sums" in self.local:
            common = common[:10] + self.local["sums"] + common[22:]
        return b"PK\x03\x04" + common + told.name + told.extra

    def entry(self, place: int) -> bytes:
        """The entry of the directory."""
        rest = struct.pack("<3H2I", len(self.comment), 0, 0, 0, place if self.start is None else self.start)
        return b"PK\x01\x02" + b"\x14\0" + self.common() + rest + self.name + self.extra + self.comment


def archive(*parts: Part, before: bytes = b"", between: bytes = b"", after: bytes = b"", **end: int) -> bytes:
    """Write a ZIP.

    Args:
        parts: The entries.
        before: What stands before the first entry.
        between: What stands between the entries and the directory.
        after: What stands after the end.
        end: Fields of the end that differ: `count`, `size`, `start`, `disk`, `comment`.
    """
    out, directory, count = before, b"", 0
    for part in parts:
        if part.listed:
            directory += part.entry(len(out))
            count += 1
        out += part.header() + part.data + part.after
    out += between
    told = {"disk": 0, "count": count, "size": len(directory), "start": len(out), "comment": 0} | end
    tail = struct.pack(
        "<4H2IH", told["disk"], 0, told["count"], told["count"], told["size"], told["start"], told["comment"]
    )
    return out + directory + b"PK\x05\x06" + tail + after


def described(part: Part, mark: bytes = b"PK\x07\x08") -> Part:
    """The entry with its sizes after the data."""
    told = replace(part, flags=part.flags | 8)
    return replace(told, after=mark + told.sums(), local={"sums": bytes(12)})


def in_disguise(content: bytes, *, method: int, before: int = 0) -> Part:
    """An entry whose bit says that it is encrypted, and whose data are plain."""
    data = bytes(before) + (deflated(content) if method else content)
    return Part(data, method=method, check_sum=zlib.crc32(content), size=len(content))


GOOD: Final[dict[str, bytes]] = {
    "Info-ZIP": INFO_ZIP,
    "AES of another program": AES_ZIP,
    "compressed": archive(Part()),
    "stored": archive(Part(method=0, size=len(RANDOM) - 12)),
    "two entries": archive(Part(), Part(name=b"other")),
    "sizes after the data": archive(described(Part()), Part(name=b"other")),
    "sizes after the data, without a mark": archive(described(Part(), mark=b"")),
    "AES": archive(Part(method=99, extra=AES)),
    "AES, stored": archive(Part(method=99, extra=AES[:-2] + b"\0\0", size=len(RANDOM) - 28)),
    "a folder": archive(Part(b"", b"folder/", 0, 0, 0, 0), Part()),
    "a name that leaves the folder": archive(Part(name=b"../../evil.exe")),
    "a path that is no text": archive(Part(name=b"\xff\0/evil")),
}
# What is wrong, the ZIP, and the reason.
BAD: Final[dict[str, tuple[bytes, str]]] = {
    "all entries plain": (plain_zip({"a": PLAIN, "b": PLAIN}), UNENCRYPTED),
    "one plain entry among others": (
        encrypted_zip({"a": PLAIN, "b": PLAIN, "c": PLAIN}, "infected", plain=["b"]),
        UNENCRYPTED,
    ),
    "an empty plain entry": (plain_zip({"a": b""}), UNENCRYPTED),
    "a folder with content": (archive(Part(PLAIN, b"folder/", 0, 0, 1, len(PLAIN))), UNENCRYPTED),
    "the bit only in the directory": (archive(Part(local={"flags": 0})), DISAGREE),
    "the bit only before the data": (archive(Part(flags=0, local={"flags": 1})), DISAGREE),
    "the bit and plain data": (archive(in_disguise(PLAIN, method=8)), UNENCRYPTED),
    "the bit and plain data, stored": (archive(in_disguise(PLAIN, method=0)), UNENCRYPTED),
    "the bit, a header and plain data": (archive(in_disguise(PLAIN, method=8, before=12)), UNENCRYPTED),
    "the bit, a header, stored plain data": (archive(in_disguise(PLAIN, method=0, before=12)), UNENCRYPTED),
    "the bit and a large plain file": (archive(in_disguise(bytes(2**22), method=8)), UNENCRYPTED),
    "plain data with a wrong check sum": (
        archive(replace(in_disguise(RANDOM, method=8), check_sum=1)),
        UNENCRYPTED,
    ),
    "plain data with a wrong check sum and size": (
        archive(replace(in_disguise(RANDOM, method=8, before=12), check_sum=1, size=5)),
        UNENCRYPTED,
    ),
    "a plain program with a wrong check sum": (
        archive(replace(in_disguise(b"MZ" + bytes(20) + RANDOM, method=0, before=12), check_sum=1)),
        UNENCRYPTED,
    ),
    "AES without a check sum, and a plain program": (
        archive(
            Part(
                b"MZ" + bytes(20) + RANDOM,
                method=99,
                check_sum=0,
                size=22 + len(RANDOM) - 28,
                extra=AES[:-2] + b"\0\0",
            )
        ),
        UNENCRYPTED,
    ),
    "too few bytes for a cipher": (archive(Part(b"short", size=400)), UNENCRYPTED),
    "an entry that is not listed": (
        archive(Part(), Part(PLAIN, b"x", 0, 0, listed=False)),
        "has content that its directory does not name",
    ),
    "an entry between that is not listed": (
        archive(Part(), Part(PLAIN, b"x", 0, 0, listed=False), Part(name=b"other")),
        GAPS,
    ),
    "content before the entries": (archive(Part(), before=PLAIN), GAPS),
    "content between": (
        archive(Part(), between=PLAIN),
        "has content that its directory does not name",
    ),
    "content after the end": (archive(Part(), after=PLAIN), "does not end with its directory"),
    "a comment": (
        archive(Part(), after=PLAIN, comment=len(PLAIN)),
        "does not end with its directory",
    ),
    "a comment of an entry": (archive(Part(comment=PLAIN)), OTHER_FORM),
    "entries that overlap": (archive(Part(), Part(name=b"other", start=0)), GAPS),
    "two entries of one name": (archive(Part(), Part()), "has several entries of one name"),
    "other names before the data": (archive(Part(local={"name": b"good.bin"})), DISAGREE),
    "other sizes before the data": (
        archive(Part(local={"sums": struct.pack("<3I", 1, 5, 400)})),
        DISAGREE,
    ),
    "another compression before the data": (archive(Part(local={"method": 0})), DISAGREE),
    "no sizes after the data": (archive(replace(described(Part()), after=b"")), "is incomplete|agree"),
    "other sizes after the data": (archive(replace(described(Part()), after=bytes(12))), DISAGREE),
    "a long name": (archive(Part(name=PLAIN * 30)), "has long names"),
    "a long extra field": (archive(Part(extra=struct.pack("<2H", 1, 0) * 100)), "has long extra fields"),
    "ZIP64": (archive(Part(extra=struct.pack("<2HQ", 1, 8, 4))), "is a ZIP64 archive"),
    "half an extra field": (archive(Part(extra=b"\x01")), "is incomplete"),
    "AES without its field": (archive(Part(method=99)), "a cipher that is not known"),
    "a field of AES without AES": (archive(Part(extra=AES)), "a cipher that is not known"),
    "AES of another strength": (
        archive(Part(method=99, extra=AES[:8] + b"\x09" + AES[9:])),
        "a cipher that is not known",
    ),
    "AES and plain data": (
        archive(replace(in_disguise(PLAIN, method=8), method=99, extra=AES)),
        UNENCRYPTED,
    ),
    "another strong cipher": (archive(Part(flags=0x41)), CIPHER),
    "an encrypted directory": (archive(Part(flags=0x2001)), CIPHER),
    "another compression": (archive(Part(method=14)), CIPHER),
    "data beyond the end": (archive(Part(start=2**31)), GAPS),
    "a directory of several disks": (archive(Part(), disk=1), OTHER_FORM),
    "a directory that is elsewhere": (archive(Part(), start=0), OTHER_FORM),
    "fewer entries than there are": (archive(Part(), Part(name=b"other"), count=1), OTHER_FORM),
    "no entry": (archive(), "has no content"),
    "folders only": (archive(Part(b"", b"folder/", 0, 0, 0, 0)), "has no content"),
    "half a ZIP": (INFO_ZIP[: len(INFO_ZIP) // 2], "does not end with its directory"),
    "nothing": (b"", "is incomplete"),
    "a program": (b"MZ" + bytes(200), "does not end with its directory"),
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_an_encrypted_zip_is_accepted(content: bytes) -> None:
    """Given a ZIP whose entries are all encrypted, then the check says nothing."""
    check_encrypted(content)


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD)
def test_any_other_zip_is_refused(content: bytes, reason: str) -> None:
    """Given a plain entry, or a structure in which one could hide, then the reason names it; no retry."""
    with pytest.raises(InvalidResponseError, match=reason) as caught:
        check_encrypted(content)
    assert (caught.value.kind, caught.value.retryable) == ("unreadable", False)


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.binary(max_size=300), min_size=1, max_size=5))
def test_what_the_emulator_encrypts_is_accepted(members: dict[str, bytes]) -> None:
    """Given any members, then they pass encrypted, and not in plain."""
    members = {
        name.encode("utf-8", "replace").decode().rstrip("/") + "_": data for name, data in members.items()
    }
    check_encrypted(encrypted_zip(members, "infected"))
    with pytest.raises(InvalidResponseError):
        check_encrypted(encrypted_zip(members, "infected", plain=[next(iter(members))]))


@given(st.data(), st.sampled_from([INFO_ZIP, encrypted_zip({"a": PLAIN, "b": PLAIN}, "infected")]))
def test_a_changed_zip_ends_in_no_other_error(data: st.DataObject, content: bytes) -> None:
    """Given any changed byte, then the ZIP is refused, or another reader finds no plain entry either."""
    place = data.draw(st.integers(0, len(content) - 1))
    changed = content[:place] + data.draw(st.binary(min_size=1, max_size=4)) + content[place + 1 :]
    try:
        check_encrypted(changed)
    except InvalidResponseError:
        return
    with zipfile.ZipFile(io.BytesIO(changed)) as found:
        assert all(each.flag_bits & 1 or (each.is_dir() and not each.file_size) for each in found.infolist())


@pytest.mark.parametrize(
    "download",
    [
        lambda client, limit: client.download_sample(5001, limit),
        lambda client, limit: client.download_archive(9001, limit),
        lambda client, limit: client.download_archive(9001, limit, "extracted_files/*", "logs/flog.txt"),
    ],
    ids=["a sample", "an archive", "a part of an archive"],
)
@pytest.mark.parametrize(
    "fault", [None, {"kind": "unencrypted"}, {"kind": "unencrypted", "last_only": True}], ids=str
)
def test_the_client_checks_each_zip(
    emulator: EmbeddedEmulator, download: Callable[..., bytes], fault: dict[str, Any] | None
) -> None:
    """Given a server that encrypts or not, then the ZIP is requested with the password, once, and checked."""
    emulator.control.add_sample(content="MZ harmless", iocs={"files": ["dropped.exe"]})
    client = connect(emulator.url, emulator.api_key)
    if fault:
        emulator.control.inject({"path": "/rest/*"}, fault, 4)
        with pytest.raises(InvalidResponseError, match=UNENCRYPTED):
            download(client, 2**20)
    else:
        check_encrypted(download(client, 2**20))
    (request,) = emulator.control.requests()
    assert request.query["encryption_password"] == "infected"
    emulator.control.clear_faults()
