"""IOCs as CSV and as a STIX bundle. Columns and objects of the exports are inferred."""

from __future__ import annotations

import csv
import io
import json
import uuid
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.findings import IOC_LISTS, IocSpec

if TYPE_CHECKING:
    from vmray_emulator.ioc_filter import IocFilter

COLUMNS: Final = ("type", "value", "verdict", "is_ioc")
_STIX_TYPES: Final = {
    "files": ("file", "name"),
    "domains": ("domain-name", "value"),
    "ips": ("ipv4-addr", "value"),
    "urls": ("url", "value"),
    "mutexes": ("mutex", "name"),
    "registry": ("windows-registry-key", "key"),
    "processes": ("process", "command_line"),
    "email_addresses": ("email-addr", "value"),
}


def _rows(iocs: dict[str, list[IocSpec]], chosen: IocFilter) -> list[tuple[str, IocSpec]]:
    return [(name, spec) for name in IOC_LISTS for spec in chosen.of(name, iocs)]


def as_csv(iocs: dict[str, list[IocSpec]], chosen: IocFilter) -> bytes:
    """Return a CSV text with one line for each IOC, below the column names."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for name, spec in _rows(iocs, chosen):
        writer.writerow([IOC_LISTS[name], spec["value"], spec["verdict"] or "", spec.get("ioc", True)])
    return text.getvalue().encode()


def as_stix(iocs: dict[str, list[IocSpec]], moment: str, chosen: IocFilter) -> bytes:
    """Return a bundle with one observed-data object. Its `objects` is a map, as in the vendor's exports.

    Args:
        iocs: Compact findings.
        moment: When the IOCs were observed.
        chosen: The IOCs to export.
    """
    observed: dict[str, dict[str, Any]] = {}
    for name, spec in _rows(iocs, chosen):
        if name in _STIX_TYPES:
            kind, key = _STIX_TYPES[name]
            observed[str(len(observed))] = {"type": kind, key: spec["value"]}
    seed = json.dumps(observed)
    data = {
        "type": "observed-data",
        "id": f"observed-data--{uuid.uuid5(uuid.NAMESPACE_URL, seed)}",
        "created": f"{moment}.000Z",
        "modified": f"{moment}.000Z",
        "first_observed": f"{moment}Z",
        "last_observed": f"{moment}Z",
        "number_observed": 1,
        "objects": observed,
    }
    bundle = {
        "type": "bundle",
        "id": f"bundle--{uuid.uuid5(uuid.NAMESPACE_OID, seed)}",
        "spec_version": "2.0",
        "objects": [data],
    }
    return json.dumps(bundle).encode()


def as_stix21(iocs: dict[str, list[IocSpec]], moment: str, chosen: IocFilter) -> bytes:
    """Return a bundle of STIX 2.1 with one object for each IOC, and a report that names them."""
    objects: dict[str, dict[str, Any]] = {}
    for name, spec in _rows(iocs, chosen):
        if name in _STIX_TYPES:
            kind, key = _STIX_TYPES[name]
            seed = f"{kind} {spec['value']}"
            number = f"{kind}--{uuid.uuid5(uuid.NAMESPACE_URL, seed)}"
            objects[number] = {"type": kind, "spec_version": "2.1", "id": number, key: spec["value"]}
    seed = json.dumps([moment, *objects])
    report = {
        "type": "report",
        "spec_version": "2.1",
        "id": f"report--{uuid.uuid5(uuid.NAMESPACE_URL, seed)}",
        "created": f"{moment}.000Z",
        "modified": f"{moment}.000Z",
        "published": f"{moment}Z",
        "name": "VMRay analysis report",
        "object_refs": list(objects),
    }
    bundle = {
        "type": "bundle",
        "id": f"bundle--{uuid.uuid5(uuid.NAMESPACE_OID, seed)}",
        "objects": [*([report] if objects else []), *objects.values()],
    }
    return json.dumps(bundle).encode()
