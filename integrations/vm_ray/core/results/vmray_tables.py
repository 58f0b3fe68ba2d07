"""Create the tables of the case wall from a report; every cell is escaped, every address defanged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ...core.api.vmray_models import Json, text_of, texts
from ...core.api.vmray_verdicts import verdict_of
from ...core.results.vmray_escape import csv_cell, defang, unclickable
from ...core.results.vmray_iocs import ioc_names, title_of
from ...core.results.vmray_report import SampleReport
from ...core.results.vmray_sample_fields import LINK_FIELD, public_sample
from ...core.results.vmray_unknown_values import score_cell

ADDRESS_FIELDS: Final = ("sample_url", "sample_display_url")
TABLE_HEADER: Final = "Key,Value"


def sample_table(report: SampleReport) -> list[str]:
    """Return the case wall table of an entity: ``Key,Value``, one line for each field of the flattened sample."""
    rows = list(_flattened(public_sample(report.sample.raw)))
    return [TABLE_HEADER, *(f"{csv_cell(unclickable(key))},{_cell(key, value)}" for key, value in rows)]


def extra_tables(identifier: str, report: SampleReport) -> dict[str, list[str]]:
    """Return the tables of IOCs (one per type) and of threat indicators, by title; empty tables are left out."""
    tables: dict[str, list[str]] = {}
    for ioc_type, found in report.iocs.items():
        if found:
            lines = [_ioc_line(ioc_type, ioc) for ioc in found]
            tables[f"{identifier} - IOCs - {title_of(ioc_type)}"] = ["IOC,Verdict,Details", *lines]
    if report.indicators:
        lines = [_indicator_line(each) for each in report.indicators]
        tables[f"{identifier} - Threat Indicators"] = ["Score,Category,Operation,Classifications", *lines]
    return tables


def ioc_details(ioc_type: str, ioc: Json) -> str:
    """Return what a table says about an IOC besides its name and verdict."""
    details = {
        "files": [text_of(ioc, "filename"), *texts(ioc.get("categories"))],
        "emails": [text_of(ioc, "subject"), *(f"to {defang(each)}" for each in texts(ioc.get("recipients")))],
        "processes": [text_of(ioc, "cmd_line")],
    }.get(ioc_type, texts(ioc.get("operations")) or texts(ioc.get("categories")) or texts(ioc.get("protocols")))
    return unclickable("; ".join(detail for detail in details if detail))


def _ioc_line(ioc_type: str, ioc: Json) -> str:
    name = "; ".join(defang(each) for each in ioc_names(ioc_type, ioc))
    cells = [name, unclickable(verdict_of(ioc).word), ioc_details(ioc_type, ioc)]
    return ",".join(csv_cell(cell) for cell in cells)


def _indicator_line(indicator: Json) -> str:
    classifications = "; ".join(texts(indicator.get("classifications")))
    cells = [
        score_cell(indicator),
        *map(unclickable, (text_of(indicator, "category"), text_of(indicator, "operation"), classifications)),
    ]
    return ",".join(csv_cell(cell) for cell in cells)


def _flattened(value: object, key: str = "") -> Iterable[tuple[str, object]]:
    """Yield the flattened members of an object in order: ``a_b`` for members, ``a_1`` for a list of objects."""
    if value and isinstance(value, Mapping):
        for name, member in value.items():
            yield from _flattened(member, f"{key}_{name}" if key else str(name))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for number, item in enumerate(value, start=1):
            yield from _flattened(item, f"{key}_{number}")
    else:
        yield key, value


def _cell(key: str, value: object) -> str:
    if value is None or value == {}:
        return ""
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value)
    if isinstance(value, str) and key != LINK_FIELD:
        value = defang(value) if key in ADDRESS_FIELDS else unclickable(value)
    return csv_cell(value)
