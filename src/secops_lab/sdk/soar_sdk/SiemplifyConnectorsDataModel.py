"""The context of connectors, and the alerts that they import."""

from __future__ import annotations

from typing import Any

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module


class ConnectorInfo:
    """The configuration of a connector.

    Attributes:
        environment: The environment of its cases.
        integration: The integration's identifier.
        identifier: The identifier of this set-up.
        params: The parameters: `param_name`, `param_value`, `type`, `mode`, `is_mandatory`.
        white_list: The rules it is limited to.
    """

    def __init__(self, **values: Any) -> None:
        self.environment: str = values["environment"]
        self.integration: str = values["integration"]
        self.connector_definition_name: str = values["connector_definition_name"]
        self.identifier: str = values["identifier"]
        self.display_name: str = values["display_name"]
        self.description: str = values["description"]
        self.is_locally_scheduled_remote_connector: bool = values.get(
            "is_locally_scheduled_remote_connector", False
        )
        self.result_data_type: int = values["result_data_type"]
        self.params: list[dict[str, Any]] = values["params"]
        self.white_list: list[str] = values.get("allow_list") or values.get("white_list") or []


class ConnectorContext:
    """Everything a connector reads from its stdin."""

    def __init__(
        self,
        connector_info: dict[str, Any],
        vault_settings: dict[str, Any] | None = None,
        environment_api_key: str | None = None,
        connector_api_key: str | None = None,
    ) -> None:
        self.connector_info = ConnectorInfo(**connector_info)
        self.vault_settings = vault_settings
        self.environment_api_key = environment_api_key
        self.connector_api_key = connector_api_key


class CaseInfo:
    """An alert to import; times are unix milliseconds, priorities -1, 40, 60, 80 or 100."""

    def __init__(self) -> None:
        self.environment: str | None = None
        self.ticket_id: str | None = None
        self.description: str | None = None
        self.display_id: str | None = None
        self.reason: str | None = None
        self.name: str | None = None
        self.source_system_url: str | None = None
        self.source_rule_identifier: str | None = None
        self.device_vendor: str | None = None
        self.device_product: str | None = None
        self.start_time: int | None = None
        self.end_time: int | None = None
        self.is_test_case = False
        self.priority = -1
        self.rule_generator: str | None = None
        self.source_grouping_identifier: str | None = None
        self.extensions: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        self.attachments: list[Any] = []
        self.siem_alert_id: str | None = None
        self.updated_fields: dict[str, Any] = {}
        self.alert_update_supported = False
        self.alert_metadata: dict[str, Any] = {}
        self.data_access_scope: str | None = None


class AlertInfo(CaseInfo):
    """An alert to import."""
