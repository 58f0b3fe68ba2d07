"""IOC objects as the API sends them, built from compact findings.

Source of the fields: a recorded response of a server after 4.2.0 for files and processes, the vendor's
OpenAPI document 2026.2.1 for the other types.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.findings import IOC_LISTS, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vmray_emulator.findings import IocSpec
    from vmray_emulator.ioc_filter import IocFilter

_COUNTRY: Final = ("Germany", "DE")
# Types whose objects have sources and parent processes, but no threat names or classifications.
_NETWORK: Final = frozenset({"url", "domain", "ip"})
_OPERATIONS: Final = ["Access", "Create", "Write"]


def file_hashes(value: str) -> dict[str, Any]:
    """Return hashes for a file of which only the name exists."""
    data = value.encode()
    return {
        "md5_hash": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "sha1_hash": hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        "sha256_hash": hashlib.sha256(data).hexdigest(),
        "imp_hash": None,
        "ssdeep_hash": None,
    }


def _file(value: str) -> dict[str, Any]:
    return {
        "filename": value,
        "filenames": [value],
        "norm_filename": value,
        "hashes": [file_hashes(value)],
        "file_size": 20480,
        "mime_type": "application/octet-stream",
        "operations": list(_OPERATIONS),
        "categories": ["Dropped File"],
        "parent_files": [],
        "parent_processes": [],
        "parent_processes_names": [],
        "parent_processes_ids": [],
        "resource_url": [],
    }


def _filename(value: str) -> dict[str, Any]:
    return {"filename": value, "operations": list(_OPERATIONS), "categories": ["Dropped File"]}


def _mutex(value: str) -> dict[str, Any]:
    return {
        "mutex_name": value,
        "operations": ["Access", "Create"],
        "parent_processes": [],
        "parent_processes_names": [],
    }


def _registry(value: str) -> dict[str, Any]:
    return {
        "reg_key_name": value,
        "reg_key_value_types": ["REG_SZ"],
        "operations": list(_OPERATIONS),
        "parent_processes": [],
        "parent_processes_names": [],
    }


def _process(value: str) -> dict[str, Any]:
    image = value.strip('"').split('"')[0] if value.startswith('"') else value.split(" ", maxsplit=1)[0]
    name = image.replace("\\", "/").rsplit("/", 1)[-1]
    return {
        "cmd_line": value,
        "image_names": [image.lower()],
        "process_names": [name],
        "process_ids": [2],
        "parent_processes": [""],
        "parent_processes_names": [],
        "parent_processes_ids": [],
    }


def _url(value: str) -> dict[str, Any]:
    return {
        "url": value,
        "original_urls": [value],
        "categories": ["Contacted"],
        "methods": ["GET"],
        "user_agents": [],
        "referrers": [],
        "content_types": ["text/html"],
        "ip_addresses": [],
        "countries": [],
        "country_codes": [],
        "parent_files": [],
    }


def _domain(value: str) -> dict[str, Any]:
    return {
        "domain": value,
        "original_domains": [value],
        "protocols": ["DNS", "HTTPS"],
        "ip_addresses": [],
        "countries": [_COUNTRY[0]],
        "country_codes": [_COUNTRY[1]],
    }


def _ip(value: str) -> dict[str, Any]:
    return {
        "ip_address": value,
        "protocols": ["TCP", "HTTPS"],
        "domains": [],
        "country": _COUNTRY[0],
        "country_code": _COUNTRY[1],
    }


def _email(value: str) -> dict[str, Any]:
    return {
        "sender": value,
        "subject": "Your invoice",
        "recipients": ["eve@victim.example"],
        "nr_links": 1,
        "nr_attachments": 0,
        "attachment_types": [],
        "hashes": [file_hashes(value)],
    }


def _email_address(value: str) -> dict[str, Any]:
    return {"email_address": value, "sender": True, "recipient": False, "subjects": ["Your invoice"]}


_BUILDERS: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "file": _file,
    "filename": _filename,
    "mutex": _mutex,
    "registry": _registry,
    "process": _process,
    "url": _url,
    "domain": _domain,
    "ip": _ip,
    "email": _email,
    "email_address": _email_address,
}


def _relations(kind: str, spec: IocSpec) -> dict[str, list[str]]:
    """Return the relations of an IOC, as ids within its analysis (recorded after 4.2.0)."""
    if kind != "file":
        return {"process": ["1"]}
    if "Memory Dump" in spec.get("categories", []):
        return {"extraction": [file_hashes(str(spec["value"]))["md5_hash"]], "file": ["1"]}
    return {"file": ["1"], "process": ["1"]}


def _family(kind: str, spec: IocSpec, analysis_ids: Sequence[int]) -> dict[str, Any]:
    if kind in _NETWORK:
        empty: dict[str, Any] = {
            "sources": ["Web Engine" if kind == "url" else "Pcap"],
            "parent_processes": [],
            "parent_processes_names": [],
            "parent_processes_ids": [],
        }
        return empty
    related = _relations(kind, spec)
    relations = [{"analysis_id": number, "relations": related} for number in analysis_ids]
    return {"threat_names": [], "classifications": [], "vtis": [], "relations": relations}


def ioc_object(kind: str, spec: IocSpec, analysis_ids: Sequence[int]) -> dict[str, Any]:
    """Return one IOC as the API sends it.

    Args:
        kind: The `ioc_type`.
        spec: The compact form (see `Findings.iocs`).
        analysis_ids: Analyses that observed the IOC.
    """
    severity, numeric = SEVERITIES.get(spec["verdict"], ("unknown", None))
    ioc = {
        "id": 0,
        "version": 3,
        "type": f"{kind}_artifact",
        "ioc_type": kind,
        "ioc": True,
        "severity": severity,
        "numeric_severity": numeric,
        "verdict_reason_code": None,
        "verdict_reason_description": "",
        "analysis_ids": list(analysis_ids),
        **_family(kind, spec, analysis_ids),
        **_BUILDERS[kind](str(spec["value"])),
        **spec,
    }
    del ioc["value"]
    return ioc


def ioc_lists(
    iocs: dict[str, list[IocSpec]], analysis_ids: Sequence[int], chosen: IocFilter
) -> dict[str, list[dict[str, Any]]]:
    """Return the `iocs` object of a response: all ten lists, filtered. Lists of other types are empty.

    Args:
        iocs: Compact findings.
        analysis_ids: Analyses that observed them.
        chosen: The filter of the request.
    """
    return {
        name: [ioc_object(kind, spec, analysis_ids) for spec in chosen.of(name, iocs)]
        for name, kind in IOC_LISTS.items()
    }
