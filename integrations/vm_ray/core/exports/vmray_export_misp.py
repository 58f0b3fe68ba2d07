"""The export as a MISP event."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from ...core.exports.vmray_export import NOT_PLAIN, Export, Written, has_control_characters, problem_of_value
from ...core.exports.vmray_gated_iocs import DatedIoc

_NAMESPACE: Final = uuid.UUID("8f4c1f0e-4a3b-5d6b-9a0e-2f8f1f7f2c11")
_HASH_TYPES: Final = {32: "md5", 40: "sha1", 64: "sha256"}
# MISP's type and category for VMRay's lists; the type of a file is that of its hash.
_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "domains": ("domain", "Network activity"),
    "ips": ("ip-dst", "Network activity"),
    "urls": ("url", "Network activity"),
    "files": ("", "Payload delivery"),
    "filenames": ("filename", "Payload delivery"),
    "mutexes": ("mutex", "Artifacts dropped"),
    "registry": ("regkey", "Artifacts dropped"),
    "processes": ("text", "Artifacts dropped"),
    "email_addresses": ("email", "Payload delivery"),
    "emails": ("email-src", "Payload delivery"),
}
# Types for detection; the others would raise false alarms.
_FOR_DETECTION: Final = frozenset({"domains", "ips", "urls", "files"})
# MISP's levels: 1 high, 2 medium, 4 undefined.
_LEVELS: Final = {"malicious": 1, "suspicious": 2}
_UNDEFINED: Final = 4
_COMPLETED, _OWN_ORGANISATION = 2, 0


def misp_file(export: Export) -> Written:
    """Return the event. The same IOCs give the same event, with the same ids."""
    kept, left_out = export.accepted(_problem)
    # Two e-mails of one sender are one attribute.
    attributes = {(each["type"], each["value"]): each for each in map(_attribute, reversed(kept))}
    days = [ioc.seen.date().isoformat() for ioc in kept if ioc.seen]
    verdicts = [verdict for ioc in kept if (verdict := ioc.row.verdict.in_json)]
    content: dict[str, Any] = {
        "info": f"{export.title}: IOCs",
        **({"date": max(days)} if days else {}),
        "threat_level_id": min((_LEVELS.get(each, _UNDEFINED) for each in verdicts), default=_UNDEFINED),
        "analysis": _COMPLETED,
        "distribution": _OWN_ORGANISATION,
        "Attribute": list(reversed(attributes.values())),
        "Tag": [{"name": f'vmray:verdict="{each}"'} for each in dict.fromkeys(verdicts)],
    }
    return Written(json.dumps({"Event": _identified(content)}, indent=1).encode("ascii"), left_out)


def _identified(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event with ids. MISP refuses an attribute with an id that is in another event, so each has its own."""
    event = _uuid(_NAMESPACE, content)
    attributes = [{"uuid": str(_uuid(event, each)), **each} for each in content["Attribute"]]
    return {"uuid": str(event), **content, "Attribute": attributes}


def _problem(ioc: DatedIoc) -> str:
    return NOT_PLAIN if has_control_characters(ioc.row.name.value) else problem_of_value(ioc.row)


def _attribute(ioc: DatedIoc) -> dict[str, Any]:
    row = ioc.row
    kind, category = _TYPES[row.name.kind]
    verdict = row.verdict.in_json
    samples = ", ".join(map(str, row.sample_ids))
    return {
        "type": kind or _HASH_TYPES[len(row.name.value)],
        "category": category,
        "value": row.name.value.strip(),
        "to_ids": verdict == "malicious" and row.name.kind in _FOR_DETECTION,
        "comment": f"VMRay: {verdict or 'no verdict'}, samples {samples}",
    }


def _uuid(namespace: uuid.UUID, content: Mapping[str, Any]) -> uuid.UUID:
    return uuid.uuid5(namespace, json.dumps(content, sort_keys=True))
