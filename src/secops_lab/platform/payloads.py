"""The JSON objects that the platform sends to the SDK, with exactly the SDK's keys.

The SDK's constructors take these objects as keyword arguments and reject missing and unknown keys, so the key
sets here are exact: 13 keys for an entity, 20 for an alert, 21 for a case's metadata. Key names are snake
case because the SDK requests `?format=snake`.
"""

from __future__ import annotations

import time
from pathlib import PurePath
from typing import Any, TypeAlias

Json = dict[str, Any]
JsonValue: TypeAlias = Any
"""Any JSON value."""

ENTITY_KEYS = frozenset(
    {
        "identifier",
        "creation_time",
        "modification_time",
        "case_identifier",
        "alert_identifier",
        "entity_type",
        "is_internal",
        "is_suspicious",
        "is_artifact",
        "is_enriched",
        "is_vulnerable",
        "is_pivot",
        "additional_properties",
    }
)


def now_ms() -> int:
    """Return the current time in the platform's unit: milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def entity(entity_type: str, identifier: str, *, case_id: int, alert_id: str, at: int) -> Json:
    """Describe a new entity.

    The platform upper-cases identifiers; the text as it was ingested stays in the property
    `OriginalIdentifier`.

    Args:
        entity_type: The platform's name of the type, such as `FILEHASH` or `DestinationURL`.
        identifier: The text as ingested.
        case_id: The case that holds the entity.
        alert_id: The alert that holds the entity.
        at: Creation time, unix milliseconds.
    """
    return {
        "identifier": identifier.upper(),
        "creation_time": at,
        "modification_time": at,
        "case_identifier": case_id,
        "alert_identifier": alert_id,
        "entity_type": entity_type,
        "is_internal": False,
        "is_suspicious": False,
        "is_artifact": True,
        "is_enriched": False,
        "is_vulnerable": False,
        "is_pivot": False,
        "additional_properties": {"OriginalIdentifier": identifier},
    }


def alert(  # noqa: PLR0913 - one keyword for each key that differs
    identifier: str,
    *,
    case_id: int,
    name: str,
    environment: str,
    at: int,
    entities: list[Json],
    events: list[Json],
) -> Json:
    """Describe an alert with its entities (13-key objects) and events (any of the SDK's event keys)."""
    return {
        "identifier": identifier,
        "alert_group_identifier": f"{identifier}_GROUP",
        "creation_time": at,
        "modification_time": at,
        "case_identifier": case_id,
        "reporting_vendor": "Local SecOps",
        "reporting_product": "Local SecOps",
        "environment": environment,
        "name": name,
        "description": "",
        "external_id": identifier,
        "severity": 60,
        "rule_generator": name,
        "tags": [],
        "detected_time": at,
        "security_events": events,
        "domain_relations": [],
        "domain_entities": entities,
        "additional_properties": {},
        "additional_data": None,
    }


def case_metadata(  # noqa: PLR0913 - one keyword for each key that differs
    case_id: int, *, title: str, environment: str, at: int, modified: int, alert_count: int, suspicious: bool
) -> Json:
    """Describe a case without its alerts; times are unix milliseconds."""
    return {
        "identifier": case_id,
        "creation_time": at,
        "modification_time": modified,
        "alert_count": alert_count,
        "priority": 60,
        "is_touched": False,
        "is_merged": False,
        "is_important": False,
        "environment": environment,
        "assigned_user": "@Tier1",
        "title": title,
        "description": "",
        "status": "OPENED",
        "is_incident": False,
        "stage": "Triage",
        "has_suspicious_entity": suspicious,
        "high_risk_products": [],
        "is_locked": False,
        "has_workflow": False,
        "sla_expiration_unix_time": None,
        "additional_properties": {},
    }


def attachment(file_name: str, blob: str, *, case_id: int, size: int) -> Json:
    """Describe a file on the wall that belongs to no alert.

    Args:
        file_name: The name with its extension, which is the type, with its dot.
        blob: The content in base64.
        case_id: The case that holds the file.
        size: The size of the content in bytes.
    """
    path = PurePath(file_name)
    return {
        "identifier": case_id,
        "creation_time": None,
        "modification_time": None,
        "additional_properties": None,
        "case_identifier": case_id,
        "alert_identifier": None,
        "base64_blob": blob,
        "type": path.suffix,
        "name": path.stem,
        "description": None,
        "is_favorite": False,
        "orig_size": size,
        "size": len(blob),
    }
