"""The ignore list that a user gives: domains, networks, hashes and URLs that no export and no entity is made of."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

from ...core.api.vmray_errors import UnsupportedSubjectError
from ...core.exports.vmray_ioc_hosts import address_of, is_domain, is_url, names_above, usual_host
from ...core.results.vmray_ioc_rows import IocRow

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_HASH: Final = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.IGNORECASE)


@dataclass(frozen=True)
class IgnoreList:
    """What a user wants to have ignored.

    Attributes:
        domains: Names in their usual spelling; each stands for itself and all names below it.
        networks: Networks; an address alone is a network of one address.
        hashes: Hashes of files in lower case.
        urls: URLs, which have to be exactly equal.
    """

    domains: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    hashes: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> Self:
        """Return the list with these entries.

        Raises:
            UnsupportedSubjectError: An entry is of no allowed form.
        """
        domains, networks, hashes, urls = set(), [], set(), set()
        for entry in entries:
            if _HASH.fullmatch(entry):
                hashes.add(entry.lower())
            elif is_url(entry):
                urls.add(entry)
            elif (network := _network(entry)) is not None:
                networks.append(network)
            else:
                domains.add(_domain(entry))
        return cls(frozenset(domains), tuple(networks), frozenset(hashes), frozenset(urls))

    def entry_for(self, row: IocRow, host: str) -> str:
        """Return the entry that an IOC matches; empty if there is none."""
        if row.name.kind == "urls" and row.name.value in self.urls:
            return row.name.value
        if row.name.kind == "files":
            return next((each for each in row.content_hashes if each in self.hashes), "")
        address = address_of(host)
        if address is not None:
            return next((str(each) for each in self.networks if address in each), "")
        return next((each for each in names_above(host) if each in self.domains), "")


def _network(entry: str) -> Network | None:
    """Return a network; None for another text.

    Raises:
        UnsupportedSubjectError: The entry is written as a network, and it is none.
    """
    try:
        return ipaddress.ip_network(entry)
    except ValueError as error:
        if "/" in entry and address_of(entry.partition("/")[0]) is not None:
            raise UnsupportedSubjectError("not a network in CIDR form, such as 198.51.100.0/24") from error
        return None


def _domain(entry: str) -> str:
    name = usual_host(entry.removeprefix("*.").removeprefix("."))
    if not is_domain(name):  # a single label, such as ``com``, would match far too much
        raise UnsupportedSubjectError("not a domain with a dot, a network, a hash or a URL")
    return name
