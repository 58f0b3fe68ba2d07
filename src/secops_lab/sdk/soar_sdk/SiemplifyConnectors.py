"""A connector: a script that imports alerts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

from soar_sdk import SiemplifyUtils
from soar_sdk._clock import unix_now
from soar_sdk._timestamp_calls import TimestampCalls
from soar_sdk.OverflowManager import OverflowAlertDetails, OverflowManager
from soar_sdk.SiemplifyAddressProvider import SdkEndpoint
from soar_sdk.SiemplifyConnectorsDataModel import ConnectorContext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CONNECTOR_CONTEXT = 4

SiemplifyUtils.override_stdout()


class SiemplifyConnectorExecution(TimestampCalls):
    """The running connector: flag and key on the command line, its context on stdin.

    Attributes:
        context: The context document.
        is_test_run: Whether this is a test run.

    Args:
        mock_stdin: The context document; None reads it from stdin.
    """

    MAX_NUM_LOG_ROWS = 5000

    def __init__(self, mock_stdin: str | None = None) -> None:
        super().__init__(is_connector=True)
        text = sys.stdin.buffer.read().decode("utf-8-sig") if mock_stdin is None else mock_stdin
        self.context = ConnectorContext(**json.loads(text))
        self.is_test_run = sys.argv[1] == "False"
        self.overflow_manager = OverflowManager(self)

    @property
    def log_location(self) -> str:
        """The kind of script."""
        return "SDK_Connectors"

    @property
    def run_folder(self) -> str:
        """The folder of the connector, created at its first use."""
        name = f"{self.script_name}_{self.context.connector_info.identifier}"
        folder = Path(self.RUN_FOLDER) / type(self).__name__ / name
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters by name."""
        return {one["param_name"]: one["param_value"] for one in self.context.connector_info.params}

    @property
    def whitelist(self) -> list[str]:
        """The rules the connector is limited to."""
        return self.context.connector_info.white_list

    def extract_connector_param(
        self,
        param_name: str,
        default_value: Any = None,
        input_type: type = str,
        is_mandatory: bool = False,
        print_value: bool = False,
    ) -> Any:
        """Read a parameter of the connector; see `SiemplifyUtils.extract_script_param`."""
        return SiemplifyUtils.extract_script_param(
            self, self.parameters, param_name, default_value, input_type, is_mandatory, print_value
        )

    def is_overflowed_alert(
        self,
        environment: str,
        alert_identifier: str,
        ingestion_time: int | None = None,
        original_file_path: str | None = None,
        original_file_content: str | None = None,
        alert_name: str | None = None,
        product: str | None = None,
        **more: str | None,
    ) -> bool:
        """Return whether an alert exceeds the limit for similar alerts."""
        info = self.context.connector_info
        alert = OverflowAlertDetails(
            environment=environment,
            source_system_name=info.integration,
            connector_identifier=info.identifier,
            original_file_path=original_file_path or "",
            original_file_content=original_file_content or "",
            ingestion_time=unix_now() if ingestion_time is None else ingestion_time,
            alert_identifier=alert_identifier,
            alert_name=alert_name or "",
            product=product or "",
            **{key: value or "" for key, value in more.items()},
        )
        return self.overflow_manager.check_is_alert_overflowed(alert)

    def return_package(
        self,
        cases: Sequence[Any],
        output_variables: Mapping[str, Any] | None = None,
        log_items: Sequence[Any] | None = None,
    ) -> None:
        """Return the alerts to the platform; the last call of a connector.

        Args:
            cases: The alerts: `AlertInfo` objects.
            output_variables: Values for the platform.
            log_items: Further log entries.
        """
        package = {
            "cases": [vars(case) for case in cases],
            "overflow_cases": self.overflow_manager.reported,
            "log_items": list(log_items or []),
            "variables": dict(output_variables or {}),
            "log_rows": [vars(row) for row in self.LOGGER.log_rows[: self.MAX_NUM_LOG_ROWS]],
        }
        self._hand_over(package)

    def return_test_result(self, is_success: bool, result_params_dictionary: Mapping[str, Any]) -> None:
        """Report the result of a test run; the last call of a test run."""
        self._hand_over({"is_success": is_success, "result_params": dict(result_params_dictionary)})

    def _hand_over(self, results: dict[str, Any]) -> None:
        printed = SiemplifyUtils.my_stdout.getvalue()
        output = {"ResultObjectJson": json.dumps(results), "DebugOutput": printed}
        SiemplifyUtils.real_stdout.write(json.dumps(output))
        SiemplifyUtils.real_stdout.flush()

    def get_case_status_by_id(self, case_id: Any) -> Any:
        """The status of a case."""
        address = self.address_provider.address(SdkEndpoint.GET_CASE_METADATA, case_id)
        return self._get(address).json()["status"]

    def get_connector_context_property(self, identifier: str, property_key: str) -> Any:
        """A value kept with a connector, or None."""
        return self.get_context_property(_CONNECTOR_CONTEXT, identifier, property_key)

    def set_connector_context_property(self, identifier: str, property_key: str, property_value: Any) -> None:
        """Keep a value with a connector."""
        self.set_context_property(_CONNECTOR_CONTEXT, identifier, property_key, property_value)

    def _timestamp_place(self) -> tuple[int, str | None]:
        return _CONNECTOR_CONTEXT, self.context.connector_info.identifier
