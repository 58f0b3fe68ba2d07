"""The objects scripts work with: entities, alerts, cases.

Their constructors take the platform's JSON objects as keyword arguments and reject missing and unknown keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

from soar_sdk._attachment import Attachment
from soar_sdk._clock import convert_unixtime_to_datetime
from soar_sdk._events import DomainRelationInfo, SecurityEventInfo
from soar_sdk._kinds import CaseStatus, EntityTypes, InsightSeverity, InsightType

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

__all__ = [
    "Alert",
    "AlertInfo",
    "Attachment",
    "CaseStatus",
    "CustomList",
    "CyberCase",
    "CyberCaseInfo",
    "CyberCaseLazy",
    "DomainEntityInfo",
    "DomainRelationInfo",
    "EntityTypes",
    "InsightSeverity",
    "InsightType",
    "LogRow",
    "SecurityEventInfo",
]

Json = dict[str, Any]


def _require_identifier(identifier: object) -> None:
    if not identifier:
        raise Exception("Identifier is required")


@dataclass(repr=False, eq=False)
class DomainEntityInfo:
    """An entity: 13 keys; times are unix milliseconds."""

    identifier: str
    creation_time: int
    modification_time: int
    case_identifier: str
    alert_identifier: str
    entity_type: str
    is_internal: bool
    is_suspicious: bool
    is_artifact: bool
    is_enriched: bool
    is_vulnerable: bool
    is_pivot: bool
    additional_properties: Json

    def __post_init__(self) -> None:
        _require_identifier(self.identifier)

    def to_dict(self) -> Json:
        """The entity's keys and values."""
        return self.__dict__

    def _update_internal_properties(self) -> None:
        """Copy the flags as texts into the properties, as updates require."""
        self.additional_properties |= {
            "IsInternalAsset": str(self.is_internal),
            "IsEnriched": str(self.is_enriched),
            "IsSuspicious": str(self.is_suspicious),
            "IsVulnerable": str(self.is_vulnerable),
        }

    def __repr__(self) -> str:
        return self.identifier

    __str__ = __repr__


@dataclass(repr=False, eq=False)
class AlertInfo:
    """An alert without its contents."""

    identifier: str
    alert_group_identifier: str
    creation_time: int
    modification_time: int
    case_identifier: str
    reporting_vendor: str
    reporting_product: str
    environment: str
    name: str
    description: str
    external_id: str
    severity: int
    rule_generator: str
    tags: list[str]
    detected_time: int
    additional_properties: Json
    additional_data: Any

    def __post_init__(self) -> None:
        _require_identifier(self.identifier)


class Alert(AlertInfo):
    """An alert with its entities, events and relations.

    Attributes:
        entities: The entities.
        security_events: The events.
        relations: The relations between entities.
        start_time: When the first event began that is no correlation, else when the alert was created; aware.
    """

    def __init__(
        self,
        *,
        security_events: list[Json],
        domain_relations: list[Json],
        domain_entities: list[Json],
        **info: Any,
    ) -> None:
        super().__init__(**info)
        self.security_events = [SecurityEventInfo(**event) for event in security_events]
        self.relations = [DomainRelationInfo(**relation) for relation in domain_relations]
        self.entities = [DomainEntityInfo(**entity) for entity in domain_entities]
        starts = [
            event.start_time
            for event in self.security_events
            if not event.is_correlation and event.start_time
        ]
        self.start_time: dt.datetime = convert_unixtime_to_datetime(min([*starts] or [self.creation_time]))


@dataclass(repr=False, eq=False)
class CyberCaseInfo:
    """A case without its alerts; times are unix milliseconds."""

    identifier: str
    creation_time: int
    modification_time: int
    alert_count: int
    priority: int
    is_touched: bool
    is_merged: bool
    is_important: bool
    environment: str
    assigned_user: str
    title: str
    description: str
    status: str
    is_incident: bool
    stage: str
    has_suspicious_entity: bool
    high_risk_products: list[str]
    is_locked: bool
    has_workflow: bool
    sla_expiration_unix_time: int | None
    additional_properties: Json

    def __post_init__(self) -> None:
        _require_identifier(self.identifier)

    @property
    def end_time(self) -> int:
        """When the case ended, or 0."""
        return int((self.additional_properties or {}).get("EndTime") or 0)


class CyberCase(CyberCaseInfo):
    """A case with its alerts."""

    def __init__(self, *, cyber_alerts: list[Json], **info: Any) -> None:
        super().__init__(**info)
        self.alerts = [Alert(**alert) for alert in cyber_alerts]

    def has_alerts_loaded(self) -> bool:
        """Whether `alerts` can be read without a request."""
        return True


class CyberCaseLazy(CyberCaseInfo):
    """A case that reads its alerts at first use.

    Args:
        alerts_provider: Returns the alerts' JSON objects for a case's identifier.
        **info: The metadata.
    """

    def __init__(self, alerts_provider: Callable[[str], list[Json]], **info: Any) -> None:
        super().__init__(**info)
        self._alerts_provider = alerts_provider
        self._alerts: list[Alert] | None = None

    @property
    def alerts(self) -> list[Alert]:
        """The alerts, read once."""
        if self._alerts is None:
            self._alerts = [Alert(**alert) for alert in self._alerts_provider(self.identifier)]
        return self._alerts

    def has_alerts_loaded(self) -> bool:
        """Whether `alerts` can be read without a request."""
        return self._alerts is not None


@dataclass(repr=False, eq=False)
class CustomList:
    """An item of a custom list."""

    identifier: str
    category: str
    environment: str


@dataclass
class LogRow:
    """A logged message: level 0 debug, 1 info, 2 warning, 3 error; time in unix milliseconds."""

    message: str
    log_level: int
    timestamp: int = field(default=0)
