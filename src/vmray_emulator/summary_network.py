"""The network of a summary: streams over TCP and UDP, and what was said in them, linked by references.

The keys are those that TKCERT's Assemblyline service reads. Keys of entries are invented, and so is the local
address of the virtual machine, which is in the summary only because streams refer to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from vmray_emulator.summary_references import reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vmray_emulator.findings import Findings, IocSpec

LOCAL_ADDRESS: Final = "ip_address_local"
_RESOLVER: Final = "ip_address_resolver"
_BODY: Final = "user=victim&password=emulated"


def addresses() -> dict[str, Any]:
    """Return the addresses of the virtual machine and of its resolver, which are no IOCs."""
    values = {LOCAL_ADDRESS: "192.0.2.200", _RESOLVER: "203.0.113.53"}
    common = {"_type": "ip_address", "is_ioc": False, "is_artifact": False, "verdict": None}
    return {key: {**common, "ip_address": value} for key, value in values.items()}


def network(findings: Findings) -> dict[str, Any]:
    """Return the streams and the entries that they refer to; empty without any connection."""
    domains, urls, ips = (findings.iocs.get(name, []) for name in ("domains", "urls", "ips"))
    numbers = {str(ip["value"]): number for number, ip in enumerate(ips, start=1)}
    udp = {f"stream_{number}": _stream(_RESOLVER, 53, ("dns", number)) for number in _counted(domains)}
    tcp = {
        f"stream_{number}": _stream(_target(numbers, url), _port(url), ("http", number))
        for number, url in enumerate(urls, start=1)
    }
    reached = {_target(numbers, url) for url in urls}
    others = [each for each in numbers.values() if f"ip_address_{each}" not in reached]
    tcp |= {
        f"stream_{number}": _stream(f"ip_address_{each}", 443)
        for number, each in enumerate(others, start=len(urls) + 1)
    }
    found = {
        "dns": {f"dns_{number}": _query(spec) for number, spec in enumerate(domains, start=1)},
        "http": {f"http_{number}": _request(spec) for number, spec in enumerate(urls, start=1)},
        "tcp": tcp,
        "udp": udp,
    }
    filled = {name: entries for name, entries in found.items() if entries}
    return {"_type": "network", **filled} if filled else {}


def _counted(specs: Sequence[IocSpec]) -> range:
    return range(1, len(specs) + 1)


def _target(numbers: Mapping[str, int], url: IocSpec) -> str:
    """Return the key of the address of a URL; a URL without a known one goes to the resolver's address."""
    known = [numbers[each] for each in url.get("ip_addresses", []) if each in numbers]
    return f"ip_address_{known[0]}" if known else _RESOLVER


def _port(url: IocSpec) -> int:
    return 443 if str(url["value"]).startswith("https:") else 80


def _stream(remote: str, port: int, entry: tuple[str, int] | None = None) -> dict[str, Any]:
    upper = [] if entry is None else [reference("network", entry[0], f"{entry[0]}_{entry[1]}")]
    return {
        "_type": "network.stream",
        "connection": {
            "_type": "network.connection",
            "ref_remote_ip_address": reference("ip_addresses", remote),
            "remote_port": port,
            "ref_local_ip_address": reference("ip_addresses", LOCAL_ADDRESS),
            "local_port": 49_152 + port,
            "is_client": True,
        },
        "ref_upper_protocol_entries": upper,
    }


def _query(domain: IocSpec) -> dict[str, Any]:
    answers = [{"_type": "network.dns.answer", "data": each} for each in domain.get("ip_addresses", [])]
    return {"_type": "network.dns.query", "name": domain["value"], "type": "a", "answers": answers}


def _request(url: IocSpec) -> dict[str, Any]:
    headers = {
        "Host": urlsplit(str(url["value"])).hostname or "",
        "User-Agent": "Mozilla/5.0 (emulated)",
        "Cookie": "session=secret-of-the-victim",
    }
    return {
        "_type": "network.http.request",
        "url": url["value"],
        "method": "POST" if url["verdict"] == "malicious" else "GET",
        "headers": [{"name": name, "value": value} for name, value in headers.items()],
        "body": _BODY,
        "responses": [
            {"status_code": 200, "headers": [{"name": "Content-Type", "value": "application/octet-stream"}]}
        ],
    }
