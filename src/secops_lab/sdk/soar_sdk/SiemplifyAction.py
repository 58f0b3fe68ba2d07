"""An action: reads its context from stdin, works on a case, ends with a result."""

from __future__ import annotations

import json
import sys
from typing import Any

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

from soar_sdk import _clock
from soar_sdk._action_calls import ActionCalls
from soar_sdk._file_storage import FileStorageCalls
from soar_sdk.ScriptResult import ScriptResult
from soar_sdk.SiemplifyAddressProvider import SdkEndpoint
from soar_sdk.SiemplifyDataModel import Alert, CyberCase, CyberCaseLazy, DomainEntityInfo
from soar_sdk.SiemplifyUtils import extract_script_param, is_old_entities_format

LOG_LOCATION = "SDK_Actions"


class SiemplifyAction(ActionCalls, FileStorageCalls):
    """The running action.

    Args:
        mock_stdin: The context document; None reads it from stdin.
        get_source_file: Whether alerts contain their source files.

    Raises:
        KeyError: If the document lacks a required key.
    """

    def __init__(self, mock_stdin: str | None = None, get_source_file: bool = False) -> None:
        super().__init__()
        self.get_source_file = get_source_file
        context: dict[str, Any] = json.loads(
            sys.stdin.buffer.read().decode("utf-8-sig") if mock_stdin is None else mock_stdin
        )
        self.context_data = context
        self._read_required(context)
        self._read_optional(context)
        self._loaded_case: CyberCase | CyberCaseLazy | None = None
        self._loaded_alert: Alert | None = None
        self._loaded_targets: list[DomainEntityInfo] = []
        self.result = ScriptResult(self.target_entity_ids, self.support_old_entities)
        if self.use_proxy_settings:
            self.init_proxy_settings()

    def _read_required(self, context: dict[str, Any]) -> None:
        targets = context["target_entities"]
        self.support_old_entities = is_old_entities_format(targets)
        self.target_entity_ids: list[Any] = (
            targets if self.support_old_entities else [(one["item1"], one["item2"]) for one in targets]
        )
        self.case_id = context["case_id"]
        self.alert_id: str | None = context["alert_id"]
        self._environment = context["environment"]
        self.workflow_id: str = context["workflow_id"]
        self.parameters: dict[str, Any] = context["parameters"] or {}
        self.integration_identifier: str = context["integration_identifier"]
        self.integration_instance = context["integration_instance"]
        self.action_definition_name: str = context["action_definition_name"]
        self.original_requesting_user: str | None = context["original_requesting_user"]
        self.default_result_value: Any = context["default_result_value"]

    def _read_optional(self, context: dict[str, Any]) -> None:
        self.workflow_instance_id = context.get("workflow_instance_id")
        self.parent_workflow_instance_id = context.get("parent_workflow_instance_id")
        self.execution_deadline_unix_time_ms: int = context.get("execution_deadline_unix_time_ms", 0)
        self.script_timeout_deadline: int = context.get(
            "script_timeout_deadline", self.execution_deadline_unix_time_ms
        )
        self.async_total_duration_deadline: int = context.get("async_total_duration_deadline", 0)
        self.async_polling_interval_in_sec: int = context.get("async_polling_interval_in_sec", 0)
        self.use_proxy_settings: bool = context.get("use_proxy_settings", False)
        self.max_json_result_size = context.get("max_json_result_size", self.max_json_result_size)
        self.environment_api_key: str | None = context.get("environment_api_key")
        self.vault_settings: dict[str, Any] | None = context.get("vault_settings")
        if self.vault_settings is not None:
            raise NotImplementedError("the SDK stand-in resolves no vault settings")

    @property
    def log_location(self) -> str:
        """The kind of script."""
        return LOG_LOCATION

    @property
    def is_timeout_reached(self) -> bool:
        """Return whether the deadline of this process has passed.

        Raises:
            Exception: If the platform gave it no deadline.
        """
        if not self.execution_deadline_unix_time_ms:
            raise Exception("execution_deadline_unix_time_ms is None")
        return _clock.unix_now() >= self.execution_deadline_unix_time_ms

    @property
    def environment(self) -> str:
        """The environment of the case, read from the platform; without a case, that of the context."""
        return self.case.environment if self.case_id and self.case_id > 0 else self._environment

    @property
    def case(self) -> CyberCase | CyberCaseLazy:
        """The case, read once; its alerts are read at first use."""
        if self._loaded_case is None:
            address = self.address_provider.address(SdkEndpoint.GET_CASE_METADATA, self.case_id)
            self._loaded_case = CyberCaseLazy(self._alerts_of_case, **self._get(address).json())
        return self._loaded_case

    def _alerts_of_case(self, case_id: Any) -> list[dict[str, Any]]:
        address = self.address_provider.address(
            SdkEndpoint.GET_ALERTS_FULL_DETAILS, case_id, self.get_source_file
        )
        try:
            alerts: list[dict[str, Any]] = self._get(address).json()
        except Exception as error:  # noqa: BLE001 - the SDK goes on without alerts
            self.LOGGER.error(f"Failed to get the alerts of the case: {error}")
            return []
        return alerts

    def load_case_data(self) -> None:
        """Read the case with all its alerts in one request."""
        address = self.address_provider.address(
            SdkEndpoint.GET_CASE_FULL_DETAILS, self.case_id, self.get_source_file
        )
        self._loaded_case = CyberCase(**self._get(address).json())

    @property
    def current_alert(self) -> Alert | None:
        """The alert of the action, read once; None without an alert."""
        if self._loaded_alert is None and self.alert_id:
            self._loaded_alert = self._find_current_alert()
        return self._loaded_alert

    def _find_current_alert(self) -> Alert | None:
        if self._loaded_case is not None and self._loaded_case.has_alerts_loaded():
            return next(
                (alert for alert in self._loaded_case.alerts if alert.identifier == self.alert_id), None
            )
        body = {
            "case_id": self.case_id,
            "alert_id_str": self.alert_id,
            "populate_original_file": self.get_source_file,
        }
        try:
            return Alert(**self._post_call(SdkEndpoint.GET_ALERT_FULL_DETAILS, body).json())
        except Exception as error:  # noqa: BLE001 - the SDK goes on without the alert
            self.LOGGER.error(f"Error getting current alert. Exception: {error}")
            return None

    @property
    def target_entities(self) -> list[DomainEntityInfo]:
        """The target entities: the entities of the current alert (else of all alerts) that the step names.

        Identifiers and types must match exactly; entities that do not match are left out.
        """
        if not self._loaded_targets:
            alerts = [self.current_alert] if self.current_alert else self.case.alerts
            self._loaded_targets = [
                entity for alert in alerts for entity in alert.entities if self._is_target(entity)
            ]
        return self._loaded_targets

    def _is_target(self, entity: DomainEntityInfo) -> bool:
        if self.support_old_entities:
            return entity.identifier in self.target_entity_ids
        return (entity.identifier, entity.entity_type) in self.target_entity_ids

    def get_configuration(
        self, provider: str, environment: str | None = None, integration_instance: str | None = None
    ) -> dict[str, Any]:
        """The integration's configuration; the first call also reads the case."""
        _ = self.environment
        return super().get_configuration(provider, environment, integration_instance)

    def extract_action_param(
        self,
        param_name: str,
        default_value: Any = None,
        input_type: type = str,
        is_mandatory: bool = False,
        print_value: bool = False,
    ) -> Any:
        """Read a parameter of the action; see `SiemplifyUtils.extract_script_param`."""
        return extract_script_param(
            self, self.parameters, param_name, default_value, input_type, is_mandatory, print_value
        )

    # Older scripts use these names.
    _case = case
    _current_alert = current_alert
    _target_entities = target_entities
