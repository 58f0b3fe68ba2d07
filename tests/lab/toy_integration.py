"""A toy integration that a test writes: one action, in source form or in built form."""

from __future__ import annotations

import json
import re
import textwrap
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import yaml

from secops_lab.host import ActionHost, ActionRun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from secops_lab.platform import Case, LocalPlatform

Form = Literal["source", "built"]
NAME = "Do It"

HEAD = """
from __future__ import annotations

import json
import sys

from soar_sdk.ScriptResult import EXECUTION_STATE_FAILED, EXECUTION_STATE_INPROGRESS
from soar_sdk.SiemplifyAction import SiemplifyAction
from soar_sdk.SiemplifyDataModel import EntityTypes
from soar_sdk.SiemplifyUtils import construct_csv, convert_dict_to_json_result_dict, output_handler

from ..core.toy_words import GREETING


@output_handler
def main():
    siemplify = SiemplifyAction()
    siemplify.script_name = "Do It"
"""
TAIL = """

if __name__ == "__main__":
    main()
"""


@dataclass(frozen=True)
class Toy:
    """Writes the integration and runs its action."""

    folder: Path
    platform: LocalPlatform
    sdk: Path | None
    form: Form = "source"

    def host(
        self, body: str, *, is_async: bool = False, parameters: dict[str, str] | None = None
    ) -> ActionHost:
        """Write the integration: `body` becomes the main function, `parameters` are names and defaults."""
        script = HEAD + textwrap.indent(textwrap.dedent(body), "    ") + TAIL
        write = _write_source if self.form == "source" else _write_built
        return ActionHost(
            self.platform, write(self.folder, script, parameters or {}, is_async=is_async), sdk=self.sdk
        )

    def run(
        self,
        body: str,
        case: Case | None = None,
        *,
        is_async: bool = False,
        **options: Any,  # noqa: ANN401 - handed on to ActionHost.run
    ) -> ActionRun:
        """Write the integration and run its action, in the given case or in a new one."""
        declared = options.pop("declared", None)
        host = self.host(body, is_async=is_async, parameters=declared)
        return host.run(NAME, case or self.platform.new_case(), **options)


@contextmanager
def set_at_a_comment(platform: LocalPlatform, case: Case) -> Iterator[threading.Event]:
    """Return an event that is set when the case gets a comment, at the latest at the end of the block."""
    happened, over = threading.Event(), threading.Event()

    def watch() -> None:
        revision = 0
        while not (case.comments or over.is_set()):
            revision = platform.wait_for_change(revision, 0.5)
        happened.set()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield happened
    finally:
        over.set()
        watcher.join()


def _write_source(folder: Path, script: str, parameters: dict[str, str], *, is_async: bool) -> Path:
    root = folder / "toy"
    actions, core = root / "actions", root / "core"
    for one in (actions, core):
        one.mkdir(parents=True)
        (one / "__init__.py").touch()
    (root / "__init__.py").touch()
    (core / "toy_words.py").write_text('GREETING = "hello"\n')
    (actions / "do_it.py").write_text(script)
    declared = [
        {"name": name, "default_value": default, "type": "string", "is_mandatory": False, "description": name}
        for name, default in parameters.items()
    ]
    action = {"name": NAME, "description": "Does it.", "is_async": is_async, "parameters": declared}
    (actions / "do_it.yaml").write_text(yaml.safe_dump(action))
    setting = {
        "default_value": "http://default",
        "type": "string",
        "is_mandatory": True,
        "description": "Root",
    }
    settings = [{"name": "Api Root", **setting}]
    (root / "definition.yaml").write_text(
        yaml.safe_dump({"identifier": "Toy", "name": "Toy Box", "parameters": settings})
    )
    (root / "pyproject.toml").write_text('[project]\nname = "toy"\nversion = "3.0"\n')
    return root


def _write_built(folder: Path, script: str, parameters: dict[str, str], *, is_async: bool) -> Path:
    root = folder / "Toy"
    for one in ("ActionsScripts", "ActionsDefinitions", "Managers"):
        (root / one).mkdir(parents=True)
    flat = re.sub(r"from soar_sdk\.", "from ", script).replace("from ..core.", "from ")
    (root / "ActionsScripts" / "do_it.py").write_text(flat)
    (root / "Managers" / "toy_words.py").write_text('GREETING = "hello"\n')
    declared = [
        {"Name": name, "DefaultValue": default, "Type": 0, "IsMandatory": False, "Description": name}
        for name, default in parameters.items()
    ]
    action = {"Name": NAME, "Description": "Does it.", "IsAsync": is_async, "Parameters": declared}
    (root / "ActionsDefinitions" / "do_it.actiondef").write_text(json.dumps(action))
    settings = [
        {"PropertyName": "Api Root", "PropertyType": 2, "IsMandatory": True, "Value": "http://default"}
    ]
    definition = {
        "Identifier": "Toy",
        "DisplayName": "Toy Box",
        "Version": 3.0,
        "IntegrationProperties": settings,
    }
    (root / "Integration-Toy.def").write_text(json.dumps(definition))
    return root


CONNECTOR_SCRIPT = """
from soar_sdk.SiemplifyConnectors import SiemplifyConnectorExecution
from soar_sdk.SiemplifyConnectorsDataModel import AlertInfo

from ..core.words.toy_words import GREETING


def main():
    connector = SiemplifyConnectorExecution()
    connector.script_name = "Toy Alerts"
    alert = AlertInfo()
    alert.name = f"{GREETING} {connector.extract_connector_param('Max Alerts', input_type=int)}"
    alert.description = f"{connector.whitelist} {connector.is_test_run}"
    connector.return_package([alert])


if __name__ == "__main__":
    main()
"""
JOB_SCRIPT = """
from soar_sdk.SiemplifyJob import SiemplifyJob

from ..core.words.toy_words import GREETING


def main():
    job = SiemplifyJob()
    job.script_name = "Toy Sync"
    print(GREETING, job.extract_job_param("Max Hours", input_type=int))
    job.end_script()


if __name__ == "__main__":
    main()
"""


def add_scheduled_scripts(root: Path) -> None:
    """Add a connector and a job, with full definitions, to an integration in source form."""
    _write(root / "core" / "words" / "toy_words.py", 'GREETING = "hello"\n')
    for package in ("core/words", "connectors", "jobs"):
        (root / package).mkdir(exist_ok=True)
        (root / package / "__init__.py").touch()
    identifier = yaml.safe_load((root / "definition.yaml").read_text("utf-8"))["identifier"]
    common = {"creator": "Lab", "integration": identifier, "documentation_link": "https://vmray.example/docs"}
    limit = {"description": "Limit", "is_mandatory": True, "type": "integer", "default_value": 5}
    parameters = [
        {**limit, "name": "Max Alerts", "is_advanced": False, "mode": "script"},
        {
            "name": "Verify SSL",
            "description": "Check the certificate",
            "is_mandatory": False,
            "type": "boolean",
            "default_value": True,
            "is_advanced": True,
            "mode": "regular",
        },
    ]
    connector = {**common, "name": "Toy Alerts", "description": "Makes an alert.", "parameters": parameters}
    connector |= {"is_connector_rules_supported": True}
    connector |= {"rules": [{"rule_name": "Toy Rule", "rule_type": "allow_list"}]}
    job = {**common, "name": "Toy Sync", "description": "Prints.", "run_interval_in_seconds": 600}
    job |= {"parameters": [{**limit, "name": "Max Hours"}]}
    _write(root / "connectors" / "toy_alerts.py", CONNECTOR_SCRIPT)
    _write(root / "connectors" / "toy_alerts.yaml", yaml.safe_dump(connector))
    _write(root / "jobs" / "toy_sync.py", JOB_SCRIPT)
    _write(root / "jobs" / "toy_sync.yaml", yaml.safe_dump(job))


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
