"""From a report to what the platform shows: JSON result, table, enrichment. Pure functions; one escape per sink."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ...core.api.vmray_models import IOC_TYPES, Json, objects, text_of, texts
from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import verdict_of
from ...core.results.vmray_escape import csv_cell, defang, unclickable
from ...core.results.vmray_report import SampleReport, score_of

# Never copied into a case: the password protects the sample, the account ids are the customer's own.
SECRET_FIELDS: Final = ("sample_password", "sample_account_ids")
ENRICHMENT_PREFIX: Final = "VMRay_"
# The documented enrichment fields that are the sample's own, in the documented order.
SAMPLE_FIELDS: Final = (
    "sample_vti_score",
    "sample_child_sample_ids",
    "sample_id",
    "sample_sha1hash",
    "sample_classifications",
    "sample_last_md_score",
    "sample_last_vt_score",
    "sample_severity",
    "sample_url",
    "sample_imphash",
    "sample_highest_vti_score",
    "sample_container_type",
    "sample_webif_url",
    "sample_type",
    "sample_created",
    "sample_last_reputation_severity",
    "sample_filesize",
    "sample_parent_sample_ids",
    "sample_ssdeephash",
    "sample_md5hash",
    "sample_sha256hash",
    "sample_highest_vti_severity",
    "sample_priority",
    "sample_is_multipart",
    "sample_score",
    "sample_filename",
)
ADDRESS_FIELDS: Final = ("sample_url", "sample_display_url")
# VMRay's own address of the report: the one that people are meant to follow.
LINK_FIELD: Final = "sample_webif_url"
MAX_ENRICHMENT_LENGTH: Final = 10_000
TABLE_HEADER: Final = "Key,Value"


def public_sample(raw: Json) -> dict[str, Any]:
    """Return VMRay's sample object without what must not leave VMRay."""
    return {name: value for name, value in raw.items() if name not in SECRET_FIELDS}


def enrichment(report: SampleReport) -> dict[str, str]:
    """Make the enrichment fields: always exactly the documented ones, all texts, exact values (not defanged)."""
    fields = {name: _joined(report.sample.raw.get(name)) for name in SAMPLE_FIELDS}
    for ioc_type in IOC_TYPES:
        fields[f"ioc_{ioc_type}"] = _joined(
            [name for ioc in report.iocs[ioc_type] for name in ioc_names(ioc_type, ioc)]
        )
    fields["threat_indicator_operations"] = _joined([text_of(each, "operation") for each in report.indicators])
    fields["threat_indicator_category"] = _joined([text_of(each, "category") for each in report.indicators])
    return {f"{ENRICHMENT_PREFIX}{name}": value for name, value in fields.items()}


def ioc_names(ioc_type: str, ioc: Json) -> list[str]:
    """Return what names an IOC; usually one text.

    Files are named by their SHA-256, which is in the nested ``hashes``; e-mails by their sender, as there is no
    ``email`` field in VMRay's own objects, and not by their recipients, who are the victims; processes by their names,
    else by their command line.
    """
    match ioc_type:
        case "files":
            hashes = [text_of(each, "sha256_hash") for each in objects(ioc.get("hashes"))]
            names = hashes if any(hashes) else [text_of(ioc, "filename")]
        case "emails":
            names = [text_of(ioc, "email"), text_of(ioc, "sender")]
        case "processes":
            names = texts(ioc.get("process_names")) or [text_of(ioc, "cmd_line")]
        case _:
            names = [text_of(ioc, _NAME_FIELD[ioc_type])]
    return [name for name in dict.fromkeys(names) if name]


_NAME_FIELD: Final = {
    "domains": "domain",
    "ips": "ip_address",
    "mutexes": "mutex_name",
    "registry": "reg_key_name",
    "urls": "url",
}


def sample_table(report: SampleReport) -> list[str]:
    """Make the case wall table of an entity: ``Key,Value``, a line a field of the flattened sample."""
    rows = list(_flattened(public_sample(report.sample.raw)))
    return [TABLE_HEADER, *(f"{csv_cell(unclickable(key))},{_cell(key, value)}" for key, value in rows)]


def extra_tables(identifier: str, report: SampleReport) -> dict[str, list[str]]:
    """Make the tables of IOCs (one a type) and of threat indicators, by title; empty ones are left out."""
    tables: dict[str, list[str]] = {}
    for ioc_type in IOC_TYPES:
        if found := report.iocs[ioc_type]:
            lines = [_ioc_line(ioc_type, ioc) for ioc in found]
            tables[f"{identifier} - IOCs - {title_of(ioc_type)}"] = ["IOC,Verdict,Details", *lines]
    if report.indicators:
        lines = [_indicator_line(each) for each in report.indicators]
        tables[f"{identifier} - Threat Indicators"] = ["Score,Category,Operation,Classifications", *lines]
    return tables


def title_of(ioc_type: str) -> str:
    """Return the name of an IOC type as people write it."""
    return {"ips": "IPs", "urls": "URLs"}.get(ioc_type, ioc_type.capitalize())


def _ioc_line(ioc_type: str, ioc: Json) -> str:
    name = "; ".join(defang(each) for each in ioc_names(ioc_type, ioc))
    details = {
        "files": [text_of(ioc, "filename"), *texts(ioc.get("categories"))],
        "emails": [text_of(ioc, "subject"), *(f"to {defang(each)}" for each in texts(ioc.get("recipients")))],
        "processes": [text_of(ioc, "cmd_line")],
    }.get(ioc_type, texts(ioc.get("operations")) or texts(ioc.get("categories")) or texts(ioc.get("protocols")))
    cells = [name, verdict_of(ioc).word, unclickable("; ".join(detail for detail in details if detail))]
    return ",".join(csv_cell(cell) for cell in cells)


def _indicator_line(indicator: Json) -> str:
    classifications = "; ".join(texts(indicator.get("classifications")))
    cells = [
        score_of(indicator),
        *map(unclickable, (text_of(indicator, "category"), text_of(indicator, "operation"), classifications)),
    ]
    return ",".join(csv_cell(cell) for cell in cells)


def _flattened(value: object, key: str = "") -> Iterable[tuple[str, object]]:
    """Walk an object in its own order: ``a_b`` for members, ``a_1`` in a list of objects; plain lists stay whole."""
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


def _joined(value: object) -> str:
    """Write an enrichment value: null is empty, a list is joined with ``, ``; visible characters only."""
    parts = value if isinstance(value, list) else [value]
    written = ", ".join(one_line(str(part), MAX_ENRICHMENT_LENGTH) for part in parts if part not in (None, ""))
    return one_line(written, MAX_ENRICHMENT_LENGTH)
