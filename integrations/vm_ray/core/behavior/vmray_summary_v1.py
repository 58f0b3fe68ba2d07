"""The older summary of an analysis, ``logs/summary.json``: lists of artifacts, without a tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...core.api.vmray_models import Json
from ...core.api.vmray_verdicts import verdict_of
from ...core.behavior.vmray_behavior_network import Network, connection_row, query_row, request_row
from ...core.behavior.vmray_behavior_processes import process_section
from ...core.behavior.vmray_behavior_rows import Ranked, Section
from ...core.behavior.vmray_summary_references import entries_of, section, word_of

MEMBER: Final = "logs/summary.json"
NOTE: Final = "VMRay has only the older summary of this analysis, without parents of processes, ports, and scanners"


def older_processes(document: Json, limit: int) -> Section:
    """Return the processes, each as a root."""
    return process_section({"processes": section(document, "artifacts").get("processes")}, limit)


def older_network(document: Json, limit: int) -> Network:
    """Return the addresses, the domains and the URLs that the sample used."""
    return Network(
        Section.of("connections", _rows(document, "ips"), limit),
        Section.of("dns", _rows(document, "domains"), limit),
        Section.of("http", _rows(document, "urls"), limit),
    )


def _rows(document: Json, name: str) -> Iterator[Ranked]:
    for each in entries_of(section(document, "artifacts").get(name)).values():
        verdict = verdict_of(each)
        if name == "ips" and (ip := word_of(each, "ip_address")):
            yield connection_row(None, ip, None, None, verdict)
        elif name == "domains" and (domain := word_of(each, "domain")):
            yield query_row(domain, [], verdict)
        elif name == "urls" and (url := word_of(each, "url")):
            yield request_row(None, url, None, [], verdict)
