"""A tiny integration, written for one test: one action, in source form or built."""

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
        """Write the integration and run its action, in a case of its own unless one is given."""
        declared = options.pop("declared", None)
        host = self.host(body, is_async=is_async, parameters=declared)
        return host.run(NAME, case or self.platform.new_case(), **options)


@contextmanager
def set_at_a_comment(platform: LocalPlatform, case: Case) -> Iterator[threading.Event]:
    """Give an event that is set as soon as the case has a comment, or in the end."""
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
