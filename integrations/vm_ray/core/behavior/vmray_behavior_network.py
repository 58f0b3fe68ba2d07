"""The network of an analysis: connections, DNS queries and HTTP requests.

VMRay's entries have no verdicts of their own; the verdict of a row is that of its address, domain or URL. Headers of
requests can contain secrets of victims, so only three of them keep their values. Bodies are never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ...core.api.vmray_models import Json
from ...core.api.vmray_verdicts import Verdict, verdict_of
from ...core.behavior.vmray_behavior_rows import Ranked, Section, whole_number
from ...core.behavior.vmray_summary_references import entries_of, section, target, word_of

PROTOCOLS: Final = ("tcp", "udp")
SHOWN_HEADERS: Final = frozenset({"user-agent", "host", "content-type"})
DNS_TYPE: Final = "network.dns.query"
HTTP_TYPE: Final = "network.http.request"


class Network(NamedTuple):
    """The three sections about the network."""

    connections: Section = Section()
    dns: Section = Section()
    http: Section = Section()

    @property
    def in_json(self) -> dict[str, list[dict[str, Any]]]:
        """The sections as a member of a row."""
        return {name: list(each.rows) for name, each in self._asdict().items()}


def network_of(document: Json, limit: int) -> Network:
    """Return the sections about the network, each with at most so many rows."""
    return Network(
        Section.of("connections", _connections(document), limit),
        Section.of("dns", _queries(document), limit),
        Section.of("http", _requests(document), limit),
    )


def _connections(document: Json) -> Iterator[Ranked]:
    network = section(document, "network")
    for protocol in PROTOCOLS:
        for stream in entries_of(network.get(protocol)).values():
            connection = section(stream, "connection")
            address = target(document, connection.get("ref_remote_ip_address")) or {}
            ip, port = word_of(address, "ip_address"), whole_number(connection.get("remote_port"))
            if ip or port is not None:
                yield connection_row(protocol, ip, port, _direction(connection), verdict_of(address))


def connection_row(protocol: str | None, ip: str, port: int | None, direction: str | None, verdict: Verdict) -> Ranked:
    """Return the row of a connection."""
    row = {"protocol": protocol, "ip": ip or None, "port": port, "direction": direction, "verdict": verdict.in_json}
    return Ranked(verdict, row)


def _direction(connection: Json) -> str | None:
    is_client = connection.get("is_client")
    return {True: "outbound", False: "inbound"}[is_client] if isinstance(is_client, bool) else None


def _queries(document: Json) -> Iterator[Ranked]:
    verdicts = _verdicts(document, "domains", "domain")
    for query in _entries(document, "dns", DNS_TYPE, "name"):
        name = word_of(query, "name")
        answers = [word_of(each, "data") for each in entries_of(query.get("answers")).values()]
        yield query_row(name, [each for each in answers if each], verdicts.get(name.lower(), Verdict.NONE))


def query_row(name: str, answers: list[str], verdict: Verdict) -> Ranked:
    """Return the row of a DNS query."""
    return Ranked(verdict, {"name": name, "answers": answers, "verdict": verdict.in_json})


def _requests(document: Json) -> Iterator[Ranked]:
    verdicts = _verdicts(document, "urls", "url")
    for request in _entries(document, "http", HTTP_TYPE, "url"):
        url = word_of(request, "url")
        codes = [whole_number(each.get("status_code")) for each in entries_of(request.get("responses")).values()]
        status = next((code for code in reversed(codes) if code is not None), None)
        headers = [_header(each) for each in entries_of(request.get("headers")).values() if word_of(each, "name")]
        method = word_of(request, "method") or None
        yield request_row(method, url, status, headers, verdicts.get(url.lower(), Verdict.NONE))


def request_row(
    method: str | None, url: str, status: int | None, headers: list[dict[str, str | None]], verdict: Verdict
) -> Ranked:
    """Return the row of an HTTP request."""
    row = {"method": method, "url": url, "status": status, "headers": headers, "verdict": verdict.in_json}
    return Ranked(verdict, row)


def _header(header: Json) -> dict[str, str | None]:
    name = word_of(header, "name")
    return {"name": name, "value": word_of(header, "value") if name.strip().lower() in SHOWN_HEADERS else None}


def _entries(document: Json, name: str, kind: str, field: str) -> Iterator[Json]:
    """Yield the entries of a protocol: those of its own map, and those that only streams refer to, each once."""
    network = section(document, "network")
    found = [*entries_of(network.get(name)).values(), *_said(document, kind)]
    for entry in {id(each): each for each in found}.values():
        if word_of(entry, field):
            yield entry


def _said(document: Json, kind: str) -> Iterator[Json]:
    """Yield the entries of one type that streams refer to."""
    network = section(document, "network")
    for protocol in PROTOCOLS:
        for stream in entries_of(network.get(protocol)).values():
            references = stream.get("ref_upper_protocol_entries")
            for each in references if isinstance(references, list) else []:
                entry = target(document, each)
                if entry is not None and entry.get("_type") == kind:
                    yield entry


def _verdicts(document: Json, name: str, field: str) -> dict[str, Verdict]:
    """Return the verdicts of the domains or URLs of the document by their values in lower case."""
    return {word_of(each, field).lower(): verdict_of(each) for each in entries_of(document.get(name)).values()}
