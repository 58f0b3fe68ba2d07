"""The common part of actions and jobs: results, configuration, and the end of the script."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import _soar_names  # type: ignore[import-not-found]  # noqa: F401 - both spellings, one module

from soar_sdk import SiemplifyUtils
from soar_sdk._case_calls import CaseCalls
from soar_sdk.ScriptResult import EXECUTION_STATE_COMPLETED, EXECUTION_STATE_FAILED, ScriptResult
from soar_sdk.SiemplifyAddressProvider import SdkEndpoint

if TYPE_CHECKING:
    from types import FrameType

    from soar_sdk.SiemplifyDataModel import DomainEntityInfo

INSIGHT_DEFAULT_THREAT_SOURCE = "Siemplify System"
DEFAULT_MAX_JSON_RESULT_SIZE = 15

SiemplifyUtils.override_stdout()


class Siemplify(CaseCalls):
    """A script that ends with a result.

    Attributes:
        result: What the script shows.
        max_json_result_size: Maximum size of all results in MiB.
    """

    def __init__(self) -> None:
        super().__init__()
        self.result = ScriptResult([])
        self.max_json_result_size = DEFAULT_MAX_JSON_RESULT_SIZE
        self.integration_instance: str | None = None
        self._temp_folder: str | None = None

    def end(self, message: str, result_value: Any, execution_state: int = EXECUTION_STATE_COMPLETED) -> None:
        """End the script: write its one JSON object to standard output and exit with 0.

        Args:
            message: The message for the analyst.
            result_value: The script result; any JSON value.
            execution_state: One of the `EXECUTION_STATE_…` numbers.

        Raises:
            SystemExit: Always, unless `result_value` is no JSON value.
            TypeError: If `result_value` is no JSON value.
        """
        self.result.message = message
        self.result.result_value = result_value
        self.result.execution_state = execution_state
        self.remove_temp_folder()
        self.end_script()

    def end_script(self) -> None:
        """Write the output object and exit with 0."""
        SiemplifyUtils.real_stdout.write(json.dumps(self._build_output_object()))
        SiemplifyUtils.real_stdout.flush()
        sys.exit(0)

    def _build_output_object(self) -> dict[str, Any]:
        results = json.dumps(self.result.to_dict())
        if not SiemplifyUtils.is_json_result_size_valid(results, self.max_json_result_size):
            refusal = f"Action failed as JSON result exceeded maximum size {self.max_json_result_size}MB"
            return _output(refusal, None, None, refusal, EXECUTION_STATE_FAILED)
        printed = SiemplifyUtils.my_stdout.getvalue()
        return _output(
            self.result.message, results, self.result.result_value, printed, self.result.execution_state
        )

    def update_entities(self, updated_entities: list[DomainEntityInfo]) -> None:
        """Store changes of entities on the platform."""
        for entity in updated_entities:
            entity._update_internal_properties()  # noqa: SLF001 - meant for this place
        bodies = [entity.to_dict() for entity in updated_entities]
        self._post(self.address_provider.address(SdkEndpoint.UPDATE_ENTITIES), bodies)

    def get_configuration(
        self, provider: str, environment: str | None = None, integration_instance: str | None = None
    ) -> dict[str, Any]:
        """The integration's configuration, read from the platform every time.

        Args:
            provider: The integration's identifier; used where the script has no instance.
            environment: Ignored.
            integration_instance: Ignored.
        """
        del environment, integration_instance
        return self._read_configuration(self.integration_instance or provider)

    def get_configuration_by_provider(self, identifier: str) -> dict[str, Any]:
        """Return the configuration of an integration, regardless of the script's instance."""
        return self._read_configuration(identifier)

    def _read_configuration(self, key: str) -> dict[str, Any]:
        self.LOGGER.info("Reading configuration from Server")
        address = self.address_provider.address(SdkEndpoint.GET_INTEGRATION_CONFIGURATION, key)
        configuration: dict[str, Any] = self._get(address).json()
        return configuration

    def extract_configuration_param(
        self,
        provider_name: str,
        param_name: str,
        default_value: Any = None,
        input_type: type = str,
        is_mandatory: bool = False,
        print_value: bool = False,
    ) -> Any:
        """Read a configuration parameter from the platform; see `SiemplifyUtils.extract_script_param`."""
        configuration = self.get_configuration(provider_name)
        return SiemplifyUtils.extract_script_param(
            self, configuration, param_name, default_value, input_type, is_mandatory, print_value
        )

    def get_system_version(self) -> str:
        """The platform's version."""
        return str(self._get(self.address_provider.address(SdkEndpoint.GET_SYSTEM_VERSION)).json())

    def get_integration_version(self, integration_identifier: str) -> float:
        """The version of an installed integration."""
        address = self.address_provider.address(SdkEndpoint.GET_INTEGRATION_VERSION, integration_identifier)
        return float(self._get(address).json())

    def get_system_info(self, start_time_unixtime_ms: int) -> dict[str, Any]:
        """Figures of the platform since a time in unix milliseconds."""
        address = self.address_provider.address(SdkEndpoint.GET_SYSTEM_INFO, start_time_unixtime_ms)
        info: dict[str, Any] = self._get(address).json()
        return info

    def init_proxy_settings(self) -> None:
        """Write the platform's proxy into the environment."""
        settings = self._get(self.address_provider.address(SdkEndpoint.GET_PROXY_SETTINGS)).json()
        SiemplifyUtils.set_proxy_state(settings)

    def get_temp_folder_path(self) -> str:
        """A temporary folder that `end()` removes."""
        if self._temp_folder is None:
            self._temp_folder = tempfile.mkdtemp()
        return self._temp_folder

    def remove_temp_folder(self) -> None:
        """Remove the temporary folder, if there is one."""
        if self._temp_folder is not None:
            shutil.rmtree(self._temp_folder, ignore_errors=True)
            self._temp_folder = None

    def termination_signal_handler(self, number: int, frame: FrameType | None) -> None:
        """Remove the temporary folder and end the process."""
        self.remove_temp_folder()
        super().termination_signal_handler(number, frame)


def _output(message: str | None, results: str | None, value: Any, printed: str, state: int) -> dict[str, Any]:
    return {
        "Message": message,
        "ResultObjectJson": results,
        "ResultValue": value,
        "DebugOutput": printed,
        "ExecutionState": state,
    }
