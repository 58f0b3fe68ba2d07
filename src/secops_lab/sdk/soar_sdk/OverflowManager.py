"""Limit the alerts of a connector: too many similar alerts in a short time are dropped."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

from soar_sdk._clock import unix_now

if TYPE_CHECKING:
    from soar_sdk.SiemplifyConnectors import SiemplifyConnectorExecution

_CONNECTOR_CONTEXT = 4
_MINUTE_MS = 60_000


@dataclass
class OverflowManagerSettings:
    """The settings: which alerts are similar, their maximum number, and the period."""

    is_overflow_enabled: bool = True
    is_environment_considered: bool = True
    is_product_considered: bool = True
    is_rule_generator_considered: bool = True
    max_alerts_in_time_period: int = 50
    time_period_in_min: int = 10


@dataclass
class OverflowAlertDetails:
    """An alert to check; unknown values are empty texts."""

    environment: str
    source_system_name: str
    connector_identifier: str
    original_file_path: str
    original_file_content: str
    ingestion_time: int
    alert_identifier: str
    alert_name: str = ""
    product: str = ""
    source_ip: str = ""
    source_host: str = ""
    destination_ip: str = ""
    destination_host: str = ""
    siem_alert_id: str = ""
    source_system_url: str = ""
    source_rule_identifier: str = ""

    def __post_init__(self) -> None:
        for one in fields(self):
            if getattr(self, one.name) is None:
                setattr(self, one.name, "")


class OverflowManager:
    """Counts alerts in the connector's context.

    Attributes:
        reported: The alerts that were dropped in this run, as JSON objects.
    """

    OVERFLOW_DATA_KEY = "overflow_data"
    OVERFLOW_SETTINGS_KEY = "overflow_settings"
    OVERFLOW_SETTINGS_IDENTIFIER = "overflow_settings"

    def __init__(self, connector: SiemplifyConnectorExecution) -> None:
        self._connector = connector
        self.reported: list[dict[str, Any]] = []
        stored = connector.get_context_property(
            _CONNECTOR_CONTEXT, self.OVERFLOW_SETTINGS_IDENTIFIER, self.OVERFLOW_SETTINGS_KEY
        )
        self.settings = OverflowManagerSettings(**json.loads(stored)) if stored else OverflowManagerSettings()

    def check_is_alert_overflowed(self, alert: OverflowAlertDetails) -> bool:
        """Return whether an alert exceeds the limit; count or report the alert. A test run counts nothing."""
        if self._connector.is_test_run:
            self._connector.LOGGER.info("Overflow not checked because this is a test run")
            return False
        if not self.settings.is_overflow_enabled:
            return False
        identifier = self._connector.context.connector_info.identifier
        stored = self._connector.get_connector_context_property(identifier, self.OVERFLOW_DATA_KEY)
        counts = self._recent(json.loads(stored) if stored else {})
        key = self._kind(alert)
        if len(counts.get(key, {}).get("digestion_times", [])) >= self.settings.max_alerts_in_time_period:
            self.reported.append(asdict(alert))
            return True
        if key not in counts:
            self._connector.LOGGER.info(f"Adding alert {key} to overflow cache")
            counts[key] = {"digestion_times": [], "last_notification_time": 0}
        counts[key]["digestion_times"].append(unix_now())
        text = json.dumps(counts, indent=4)
        self._connector.set_connector_context_property(identifier, self.OVERFLOW_DATA_KEY, text)
        return False

    def _recent(self, counts: dict[str, Any]) -> dict[str, Any]:
        """Remove the alerts that were counted before the period."""
        since = unix_now() - self.settings.time_period_in_min * _MINUTE_MS
        for one in counts.values():
            one["digestion_times"] = [time for time in one["digestion_times"] if time >= since]
        return {key: one for key, one in counts.items() if one["digestion_times"]}

    def _kind(self, alert: OverflowAlertDetails) -> str:
        parts = (
            (self.settings.is_environment_considered, alert.environment),
            (self.settings.is_product_considered, alert.product),
            (self.settings.is_rule_generator_considered, alert.alert_name),
        )
        return "".join(f"|{value}" for considered, value in parts if considered)
