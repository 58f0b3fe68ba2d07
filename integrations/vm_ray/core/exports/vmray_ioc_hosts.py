"""The hosts of IOCs: the address or the name that a domain, an IP, a URL or an e-mail address is about."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from typing import Final, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# A name with a dot; no domain ends with a label of digits only.
_DOMAIN: Final = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
# Browsers end the host at a backslash too.
_AUTHORITY: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#\\]*)")
_HOST: Final = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::[0-9]*)?")


def host_of(kind: str, value: str) -> str:
    """Return the host of an IOC in its usual spelling; empty if the IOC has none.

    Args:
        kind: The name of VMRay's list.
        value: The plain value of the IOC.
    """
    match kind:
        case "domains" | "ips":
            return usual_host(value)
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
    return usual_host(host[1]) if host else ""


def usual_host(host: str) -> str:
    """Return a name in lower case and in its ASCII form, or the short form of an address."""
    plain = unicodedata.normalize("NFKC", host).strip().lower().replace("\u3002", ".").removesuffix(".")
    address = address_of(plain)
    if address is not None:
        return str(address)
    try:
        return plain if plain.isascii() else plain.encode("idna").decode("ascii")
    except UnicodeError:
        return plain


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


def names_above(name: str) -> Iterator[str]:
    """Yield a name and each name above it, at the borders of its labels: ``a.b.c``, ``b.c``, ``c``."""
    labels = name.split(".")
    for place in range(len(labels)):
        yield ".".join(labels[place:])
