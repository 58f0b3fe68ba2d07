"""Runs every action once on the emulator and keeps what each said, left and asked of VMRay."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from secops_lab.host import ActionHost
from secops_lab.platform import LocalPlatform
from tools.evidence.usage import template
from tools.examples import CREATED, FILE_CONTENT, FILE_NAME, FOLDER, HASH, INTEGRATION, URL
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from secops_lab.platform import Case

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
#: Action to the type of the entities that it runs on; an action that is not here takes none.
_ON: Final = {"Scan Hash": "FILEHASH", "Scan URL": "DestinationURL"}
#: In the order of the page.
ACTIONS: Final = ("Ping", "Scan Hash", "Scan URL", "Upload File And Get Report", "Add Tag to Submission")


@dataclass(frozen=True, slots=True)
class Shown:
    """What one action showed.

    Attributes:
        action: Its name.
        given: Parameters that were not left at their defaults, and the entity.
        message: Its message.
        value: The script result.
        rounds: Number of processes that it took.
        tables: Title to CSV lines.
        insight: HTML, or empty.
        enrichment: Additional properties that it wrote.
        asked: Endpoints that it called, sorted: some calls are made at the same time.
    """

    action: str
    given: dict[str, str]
    message: str
    value: str
    rounds: int
    tables: dict[str, list[str]] = field(default_factory=dict)
    insight: str = ""
    enrichment: dict[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()


def perform() -> list[Shown]:
    """Run the actions in one case, in the order of `ACTIONS`."""
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedEmulator(scenario="known-sample") as vmray,
        LocalPlatform() as secops,
    ):
        path = Path(folder) / FILE_NAME
        path.write_bytes(FILE_CONTENT)
        host = ActionHost(secops, INTEGRATION)
        secops.configure("VMRay", {"Api Root": vmray.url, "Api Key": vmray.api_key})
        case = secops.new_case(entities=[("FILEHASH", HASH), ("DestinationURL", URL)])
        tagged = vmray.control.submissions()[0]["submission_id"]
        given = {
            "Upload File And Get Report": {"Sample File Path": str(path)},
            "Add Tag to Submission": {"Submission ID": str(tagged), "Tag Name": "triaged"},
        }
        steady = _Steady(folder)
        return [_show(host, case, vmray, action, given.get(action, {}), steady) for action in ACTIONS]


@dataclass(frozen=True, slots=True)
class _Steady:
    """Replaces what differs from run to run: times, and the folder of the uploaded file."""

    folder: str

    def __call__(self, text: object) -> str:
        return _TIME.sub(CREATED, str(text)).replace(self.folder, FOLDER)


def _show(  # noqa: PLR0913, PLR0917 - all of the stage is needed for each act
    host: ActionHost,
    case: Case,
    vmray: EmbeddedEmulator,
    action: str,
    parameters: dict[str, str],
    steady: _Steady,
) -> Shown:
    vmray.control.forget_requests()
    insights = len(case.insights)
    run = host.run(action, case, parameters)
    if not run.is_success:
        raise RuntimeError(f"{action}: {run.message}")
    entities = [one for one in case.entities if one["entity_type"] == _ON.get(action)]
    new: list[dict[str, Any]] = case.insights[insights:]
    return Shown(
        action=action,
        given={
            **{name: steady(value) for name, value in parameters.items()},
            **{one["entity_type"]: one["additional_properties"]["OriginalIdentifier"] for one in entities},
        },
        message=steady(run.message),
        value=str(run.result_value),
        rounds=len(run.rounds),
        tables={title: [steady(line) for line in lines] for title, lines in run.tables.items()},
        insight="".join(steady(one["content"]) for one in new),
        enrichment={
            name: steady(value)
            for one in entities
            for name, value in one["additional_properties"].items()
            if name.startswith("VMRay_")
        },
        asked=tuple(sorted({template(one.method, one.path) for one in vmray.control.requests()})),
    )
