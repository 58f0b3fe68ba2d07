"""Jobs and connectors: the values they read, store and return."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from secops_lab.host.launch import find_sdk

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.platform import LocalPlatform

JOB = """
from SiemplifyJob import SiemplifyJob
s = SiemplifyJob()
s.script_name = "Toy Job"
print(s.extract_job_param("Hours", input_type=int), s.unique_identifier)
print(s.get_configuration("Toy")["Api Key"], s.extract_configuration_param("Toy", "Api Key"))
print(s.fetch_timestamp(), s.save_timestamp(new_timestamp=7), s.fetch_timestamp())
print(s.set_scoped_job_context_property("k", "v"), s.get_scoped_job_context_property("k"))
print(s.get_job_context_property("u-1", "k"))
s.add_comment("from a job", 1, "CASE_1_ALERT_1")
s.end_script()
"""
CONNECTOR = """
from SiemplifyConnectors import SiemplifyConnectorExecution
from SiemplifyConnectorsDataModel import AlertInfo
s = SiemplifyConnectorExecution()
s.script_name = "Toy Connector"
print(s.extract_connector_param("Max", input_type=int), s.whitelist, s.is_test_run)
print(s.fetch_timestamp(), s.save_timestamp(new_timestamp=7), s.fetch_timestamp())
s.LOGGER.error("logged")
held_back = []
for number in range(52):
    if s.is_overflowed_alert("Lab", f"a{number}", alert_name="n", product="p", ingestion_time=1):
        held_back.append(number)
print(held_back)
alert = AlertInfo()
alert.name = "n"
alert.events.append({"a": "b"})
if s.is_test_run:
    s.return_test_result(True, {"found": 1})
else:
    s.return_package([alert], {"v": 1})
"""
# The SDK reads the run folder of connectors only from its configuration file.
START = """
from SiemplifySdkConfig import SiemplifySdkConfig
SiemplifySdkConfig.config_file_path = {config!r}
"""
CONFIG = """
[ServerService]
Host = localhost
UseSsl = True
Port = 8443
[ExecutionConfig]
runFolderPath = {folder}
IgnoreCaBundle = False
IsRemotePublisherSdk = False
"""
CONNECTOR_INFO = {
    "environment": "Lab",
    "integration": "Toy",
    "connector_definition_name": "Toy Connector",
    "identifier": "c-1",
    "display_name": "Toys",
    "description": "",
    "result_data_type": 1,
    "params": [{"param_name": "Max", "param_value": "5", "type": 2, "mode": 0, "is_mandatory": True}],
    "allow_list": ["rule"],
}


@pytest.fixture
def start(platform: LocalPlatform, soar_sdk: Path | None, tmp_path: Path) -> Starter:
    """Return a starter of scripts for a platform that has the toy integration."""
    platform.configure("Toy", {"Api Key": "k"})
    platform.new_case()
    return Starter(platform, find_sdk(soar_sdk), tmp_path)


class Starter:
    """Starts a script as the platform does."""

    def __init__(self, platform: LocalPlatform, sdk: Path, folder: Path) -> None:
        self.platform = platform
        self._sdk = sdk
        self._folder = folder

    def __call__(self, script: str, arguments: list[str], document: object) -> tuple[dict[str, object], str]:
        """Run a script and return its output object without the debug output, and the debug output."""
        config = self._folder / "sdk_config.ini"
        config.write_text(CONFIG.format(folder=self._folder))
        done = subprocess.run(
            [
                sys.executable,
                "-B",
                "-c",
                START.format(config=str(config)) + script,
                *arguments,
                f"--logPath={self._folder / 'script.log'}",
            ],
            input=json.dumps(document),
            capture_output=True,
            text=True,
            check=True,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{self._sdk}:{self._sdk.parent}",
                "APP_USE_SSL": "False",
                "APP_IP": self.platform.host,
                "APP_PORT": str(self.platform.port),
            },
        )
        output: dict[str, object] = json.loads(done.stdout)
        return output, str(output.pop("DebugOutput"))


def test_a_job_reads_values_and_ends_with_a_result(start: Starter) -> None:
    """A job reads its parameters and configuration, stores values and ends with a result object."""
    document = {"parameters": {"Hours": "5"}, "unique_identifier": "u-1"}

    output, printed = start(JOB, [start.platform.app_key], {**document, **dict.fromkeys(("vault_settings",))})

    assert output == {"Message": None, "ResultObjectJson": "{}", "ResultValue": None, "ExecutionState": 0}
    lines = [line for line in printed.splitlines() if "Reading" not in line and "No data" not in line]
    assert lines == ["5 u-1", "k k", "0 None 7", "None v", "v"]
    assert [one["comment"] for one in start.platform.cases()[0].comments] == ["from a job"]
    kept = [call.body for call in start.platform.requests() if call.path.endswith("/SetContextProperty")]
    assert [(one["ContextType"], one["Identifier"], one["PropertyKey"]) for one in kept] == [
        (3, "Toy Job", "timestamp"),
        (3, "u-1", "k"),
    ]


def test_a_connector_returns_its_alerts_and_its_log(start: Starter) -> None:
    """A connector returns its alerts and its log, and reports the alerts beyond the overflow limit."""
    output, printed = start(CONNECTOR, ["True", start.platform.app_key], {"connector_info": CONNECTOR_INFO})

    assert "5 ['rule'] False\n" in printed
    assert "0 None 7\n" in printed
    assert "[50, 51]\n" in printed
    assert list(output) == ["ResultObjectJson"]
    package = json.loads(str(output["ResultObjectJson"]))
    assert [(one["name"], one["events"], one["priority"]) for one in package["cases"]] == [
        ("n", [{"a": "b"}], -1)
    ]
    assert len(package["cases"][0]) == 24
    assert [one["alert_identifier"] for one in package["overflow_cases"]] == ["a50", "a51"]
    assert (package["log_items"], package["variables"]) == ([], {"v": 1})
    errors = [row for row in package["log_rows"] if row["log_level"] == 3]
    assert [row["message"] for row in errors] == ["logged"]
    first = start.platform.requests()[0].body
    assert first == {"ContextType": 4, "Identifier": "overflow_settings", "PropertyKey": "overflow_settings"}


def test_a_test_run_of_a_connector_returns_its_test_result(start: Starter) -> None:
    """A test run of a connector has no overflow check and returns only its success and its test result."""
    output, printed = start(CONNECTOR, ["False", start.platform.app_key], {"connector_info": CONNECTOR_INFO})

    assert json.loads(str(output["ResultObjectJson"])) == {"is_success": True, "result_params": {"found": 1}}
    assert "5 ['rule'] True\n" in printed
    assert "[]\n" in printed


def test_overflow_settings_come_from_the_platform(start: Starter) -> None:
    """The overflow settings of the platform can lower the limit or switch the check off."""
    start.platform.state.set_context(
        4, "overflow_settings", "overflow_settings", json.dumps({"max_alerts_in_time_period": 3})
    )

    _output, printed = start(CONNECTOR, ["True", start.platform.app_key], {"connector_info": CONNECTOR_INFO})

    assert f"{list(range(3, 52))}\n" in printed
