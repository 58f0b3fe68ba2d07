"""A certificate authority for a TLS server on loopback, without a library: Python has none for this.

The keys live as long as the emulator and protect nothing. The curve is P-256 (FIPS 186-4), the signature is
ECDSA with SHA-256, and the form is that of RFC 5280.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Point: TypeAlias = tuple[int, int] | None
_P: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BASE: Final[Point] = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_VALID: Final = timedelta(days=365)

# Object identifiers in DER.
_EC_KEY: Final = bytes.fromhex("06072a8648ce3d0201")
_P256: Final = bytes.fromhex("06082a8648ce3d030107")
_ECDSA_SHA256: Final = bytes.fromhex("06082a8648ce3d040302")
_COMMON_NAME: Final = bytes.fromhex("0603550403")
_BASIC_CONSTRAINTS: Final = bytes.fromhex("0603551d13")
_KEY_USAGE: Final = bytes.fromhex("0603551d0f")
_ALTERNATIVE_NAMES: Final = bytes.fromhex("0603551d11")
_SUBJECT_KEY: Final = bytes.fromhex("0603551d0e")
_AUTHORITY_KEY: Final = bytes.fromhex("0603551d23")
_TRUE: Final = b"\x01\x01\xff"
_SIGN_CERTIFICATES: Final = b"\x03\x02\x02\x04"
_SIGN_HANDSHAKES: Final = b"\x03\x02\x07\x80"
_BIT_STRING, _OCTETS, _UTF8, _UTC_TIME, _SEQUENCE, _SET = 0x03, 0x04, 0x0C, 0x17, 0x30, 0x31


def _add(left: Point, right: Point) -> Point:
    """Add two points of the curve."""
    if left is None or right is None:
        return left or right
    if left[0] == right[0]:
        if (left[1] + right[1]) % _P == 0:
            return None
        slope = (3 * left[0] ** 2 - 3) * pow(2 * left[1], -1, _P) % _P
    else:
        slope = (right[1] - left[1]) * pow(right[0] - left[0], -1, _P) % _P
    x = (slope**2 - left[0] - right[0]) % _P
    return x, (slope * (left[0] - x) - left[1]) % _P


def _multiple(number: int) -> tuple[int, int]:
    """Return the base point, added `number` times; `number` is between 1 and the order."""
    result, doubled = None, _BASE
    while number:
        if number & 1:
            result = _add(result, doubled)
        doubled, number = _add(doubled, doubled), number >> 1
    assert result is not None  # noqa: S101 - only a multiple of the order would be the neutral element
    return result


@dataclass(frozen=True, slots=True)
class _Key:
    """A private key.

    Attributes:
        secret: The private number.
        public: The public point, uncompressed.
    """

    secret: int = field(default_factory=lambda: 1 + secrets.randbelow(_ORDER - 1), repr=False)
    public: bytes = field(init=False)

    def __post_init__(self) -> None:
        x, y = _multiple(self.secret)
        object.__setattr__(self, "public", b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big"))

    def sign(self, data: bytes) -> bytes:
        number = 1 + secrets.randbelow(_ORDER - 1)
        r = _multiple(number)[0] % _ORDER
        digest = int.from_bytes(hashlib.sha256(data).digest(), "big")
        s = pow(number, -1, _ORDER) * (digest + r * self.secret) % _ORDER
        return _der(_SEQUENCE, _integer(r), _integer(s))

    @property
    def identifier(self) -> bytes:
        return hashlib.sha1(self.public, usedforsecurity=False).digest()

    @property
    def pem(self) -> str:
        octets = _der(_OCTETS, self.secret.to_bytes(32, "big"))
        public = _der(0xA1, _bits(self.public))
        content = _der(_SEQUENCE, _integer(1), octets, _der(0xA0, _P256), public)
        return _pem("EC PRIVATE KEY", content)


class Authority:
    """A certificate authority that nobody trusts, unless somebody is given its certificate.

    Args:
        name: Its common name.

    Attributes:
        pem: Its certificate.
    """

    def __init__(self, name: str) -> None:
        self._name, self._key = name, _Key()
        extensions = [
            _extension(_BASIC_CONSTRAINTS, _der(_SEQUENCE, _TRUE), critical=True),
            _extension(_KEY_USAGE, _SIGN_CERTIFICATES, critical=True),
        ]
        self.pem = _pem("CERTIFICATE", self._certificate(name, self._key, extensions))

    def issue(self, hosts: Sequence[str]) -> str:
        """Return a certificate for these names and IP addresses, with its key, as PEM."""
        key = _Key()
        extensions = [
            _extension(_BASIC_CONSTRAINTS, _der(_SEQUENCE), critical=True),
            _extension(_KEY_USAGE, _SIGN_HANDSHAKES, critical=True),
            _extension(_ALTERNATIVE_NAMES, _der(_SEQUENCE, *map(_general_name, hosts))),
        ]
        return _pem("CERTIFICATE", self._certificate(hosts[0], key, extensions)) + key.pem

    def _certificate(self, subject: str, key: _Key, extensions: Sequence[bytes]) -> bytes:
        now = datetime.now(UTC)
        algorithm = _der(_SEQUENCE, _ECDSA_SHA256)
        authority_key = _der(_SEQUENCE, _der(0x80, self._key.identifier))
        keys = [
            _extension(_SUBJECT_KEY, _der(_OCTETS, key.identifier)),
            _extension(_AUTHORITY_KEY, authority_key),
        ]
        content = _der(
            _SEQUENCE,
            _der(0xA0, _integer(2)),  # version 3
            _integer(1 + secrets.randbelow(2**127)),
            algorithm,
            _common_name(self._name),
            _der(_SEQUENCE, _time(now - timedelta(days=1)), _time(now + _VALID)),
            _common_name(subject),
            _der(_SEQUENCE, _der(_SEQUENCE, _EC_KEY, _P256), _bits(key.public)),
            _der(0xA3, _der(_SEQUENCE, *extensions, *keys)),
        )
        return _der(_SEQUENCE, content, algorithm, _bits(self._key.sign(content)))


def _der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:  # noqa: PLR2004 - the short form of a length
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _bits(content: bytes) -> bytes:
    return _der(_BIT_STRING, b"\x00", content)


def _common_name(text: str) -> bytes:
    attribute = _der(_SEQUENCE, _COMMON_NAME, _der(_UTF8, text.encode()))
    return _der(_SEQUENCE, _der(_SET, attribute))


def _time(moment: datetime) -> bytes:
    return _der(_UTC_TIME, f"{moment:%y%m%d%H%M%SZ}".encode())  # the form of years before 2050


def _general_name(host: str) -> bytes:
    try:
        return _der(0x87, ip_address(host).packed)
    except ValueError:
        return _der(0x82, host.encode())


def _extension(identifier: bytes, content: bytes, *, critical: bool = False) -> bytes:
    return _der(_SEQUENCE, identifier, _TRUE if critical else b"", _der(_OCTETS, content))


def _pem(label: str, content: bytes) -> str:
    text = base64.encodebytes(content).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n"
