"""The hosts of IOCs: the address or the name that a domain, an IP, a URL or an e-mail address is about."""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Iterator
from typing import Final, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# A name with a dot; no domain ends with one character, or with digits only.
_DOMAIN: Final = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+(?!\d+$)(?=..){_LABEL}")
_URL: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/?#]+\S*")
# Browsers end the host at a backslash too.
_AUTHORITY: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#\\]*)")
_HOST: Final = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::[0-9]*)?")
_NUMBER: Final = r"(?:0x[0-9a-f]+|[0-9]+)"
_NUMBERS: Final = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}")
# Python's codec has older rules for names. They turn these letters into others, and so into the name of somebody else.
_DEVIATIONS: Final = re.compile("[\u00df\u03c2\u200c\u200d]")
_LONGEST_LABEL: Final = 63


def host_of(kind: str, value: str) -> str:
    """Return the host of an IOC in its usual spelling; empty if the IOC has none.

    Args:
        kind: The name of VMRay's list.
        value: The plain value of the IOC.
    """
    match kind:
        case "domains" | "ips":
            return usual_host(_without_port(value))
        case "urls":
            return host_of_url(value)
        case "email_addresses" | "emails":
            return usual_host(value.rpartition("@")[2].rstrip(">")) if "@" in value else ""
        case _:
            return ""


def host_of_url(url: str) -> str:
    """Return the host of a URL in its usual spelling; empty if there is none."""
    found = _AUTHORITY.match(url.strip())
    host = _HOST.fullmatch(found[1].rpartition("@")[2]) if found else None
    return _with_usual_numbers(usual_host(host[1])) if host else ""


def _without_port(value: str) -> str:
    host = _HOST.fullmatch(value.strip())
    return host[1] if host else value


def _with_usual_numbers(host: str) -> str:
    """Return the usual form of an IPv4 address that is written as ``2130706433``, ``0x7f.1`` or ``127.1``."""
    if not _NUMBERS.fullmatch(host):
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:  # a number is too large
        return host


def usual_host(host: str) -> str:
    """Return a name in lower case and in its ASCII form, or the short form of an address."""
    plain = unicodedata.normalize("NFKC", host).strip().lower().replace("\u3002", ".").removesuffix(".")
    address = address_of(plain)
    if address is not None:
        return str(address)
    if plain.isascii():
        return plain
    if _DEVIATIONS.search(plain):
        return ".".join(map(_ascii_label, plain.split(".")))
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        return plain


def _ascii_label(label: str) -> str:
    is_plain = label.isascii() or len(label) > _LONGEST_LABEL  # the codec is slow on long text
    return label if is_plain else f"xn--{label.encode('punycode').decode('ascii')}"


def address_of(host: str) -> Address | None:
    """Return the address that a host is; None for a name. An IPv4 address that is written as IPv6 is IPv4."""
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_domain(host: str) -> bool:
    """Return whether a host in its usual spelling is a name with a dot."""
    return _DOMAIN.fullmatch(host) is not None


def is_url(text: str) -> bool:
    """Return whether a text is a URL with a host, without blanks."""
    return _URL.fullmatch(text) is not None


def names_above(name: str) -> Iterator[str]:
    """Yield a name and each name above it, at the borders of its labels: ``a.b.c``, ``b.c``, ``c``."""
    labels = name.split(".")
    for place in range(len(labels)):
        yield ".".join(labels[place:])
