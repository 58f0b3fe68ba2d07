"""Run every example of every action once, and record what each run returned, changed and requested.

All generated files that depend on runs are made from the same list of performances.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from secops_lab.platform import LocalPlatform
from tools.evidence.usage import template
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.actions.lab import Lab
    from tests.support.registry import Case

    from secops_lab.host import ActionRun
    from secops_lab.manifest import ActionSpec

# These differ from run to run. Both stand for the real values in all generated files.
CREATED: Final = "2026-01-15T09:30:00"
FOLDER: Final = "/opt/samples"
# A time of VMRay's, and a moment that VMRay writes for people.
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d \d\d:\d\d(?= \(UTC)")


class PerformanceError(Exception):
    """The run of an example did not complete; the text names the action, the situation and the message."""


@dataclass(frozen=True, slots=True)
class Performance:
    """The record of one run.

    Attributes:
        action: The action.
        situation: The situation of its example.
        given: Parameters that were not left at their defaults, then the entities by type.
        message: The message for the analyst.
        result_name: The name of the script result.
        value: The script result, as text.
        rounds: Number of processes.
        json: The JSON result, None if there is none.
        tables: Title to CSV lines.
        attachments: Names of the attachments of the result.
        insight: The HTML of all new insights.
        enrichment: Properties that the run wrote to its entities.
        endpoints: Endpoints of VMRay that the run requested, sorted.
        lookups: Those that the run read before a request that changes something, sorted.
        sent_file: Whether a file was uploaded.
        updated_entities: Whether an entity was updated.
        added_entities: Whether an entity was added to the case.
        comments: Whether a comment was added to the case.
    """

    action: ActionSpec
    situation: str
    given: dict[str, str]
    message: str
    result_name: str
    value: str
    rounds: int
    json: Any = None
    tables: dict[str, list[str]] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()
    insight: str = ""
    enrichment: dict[str, str] = field(default_factory=dict)
    endpoints: tuple[str, ...] = ()
    lookups: tuple[str, ...] = ()
    sent_file: bool = False
    updated_entities: bool = False
    added_entities: bool = False
    comments: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """The endpoints whose requests only read."""
        return tuple(each for each in self.endpoints if _only_reads(each))

    @property
    def returns_data(self) -> bool:
        """Whether the run wrote more than a message and a script result."""
        return bool(
            self.json is not None or self.tables or self.attachments or self.insight or self.enrichment
        )


def perform(sdk: Path | None = None) -> list[Performance]:
    """Run all examples, each with an empty VMRay and a new case.

    Args:
        sdk: The folder of the real SDK; None selects the stand-in.

    Raises:
        PerformanceError: A run did not complete.
    """
    # Imported here: pytest, which the registry needs, warns about modules that were imported before it.
    from tests.actions.lab import Lab  # noqa: PLC0415 - see above
    from tests.support.registry import CASES  # noqa: PLC0415 - see above
    from tests.support.warm_start import warm_start  # noqa: PLC0415 - see above

    with warm_start(), EmbeddedEmulator() as vmray, LocalPlatform() as secops:
        lab = Lab(vmray, secops, sdk=sdk)
        return [_perform(lab, case) for case in CASES]


def usual(performances: Sequence[Performance]) -> list[Performance]:
    """Return the first performance of each action: its usual situation."""
    first: dict[str, Performance] = {}
    for one in performances:
        first.setdefault(one.action.stem, one)
    return list(first.values())


def lookups(endpoints: Sequence[str]) -> tuple[str, ...]:
    """Return the endpoints that were read before the first change, sorted; without a change there are none.

    Args:
        endpoints: The endpoint of each request, in the order of the requests.
    """
    changes = [index for index, each in enumerate(endpoints) if not _only_reads(each)]
    return tuple(sorted(set(endpoints[: changes[0]]))) if changes else ()


def _only_reads(endpoint: str) -> bool:
    return endpoint.startswith("GET ")


def _perform(lab: Lab, case: Case) -> Performance:
    from tests.support.example import run_example  # noqa: PLC0415 - see perform()

    with tempfile.TemporaryDirectory() as folder:
        run = run_example(lab, case.action.name, case.example, Path(folder))
        if run.state.value != "completed":
            raise PerformanceError(f"{case.action.name}, {case.example.situation}: {run.message}")
        return _observed(lab, case, run, _Steady(folder, _steady_files(run)))


@dataclass(frozen=True, slots=True)
class _Steady:
    """Replaces what differs from run to run: times, and the folder of the uploaded files.

    Attributes:
        folder: The folder of the uploaded files.
        files: What stands for the hashes of attachments with times inside.
    """

    folder: str
    files: Mapping[str, str]

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(value, str):
            return self.files.get(value) or _TIME.sub(CREATED, value).replace(self.folder, FOLDER)
        if isinstance(value, list | tuple):
            return [self(item) for item in value]
        if isinstance(value, dict):
            return {self(name): self(member) for name, member in value.items()}
        return value


def _steady_files(run: ActionRun) -> dict[str, str]:
    from tests.support.steady_files import steady_files  # noqa: PLC0415 - see perform()

    return steady_files(run.attachments, lambda text: _TIME.sub(CREATED, text))


def _observed(lab: Lab, case: Case, run: ActionRun, steady: _Steady) -> Performance:
    requests = lab.vmray.control.requests()
    endpoints = [template(each.method, each.path) for each in requests]
    updated = [each for each in lab.case.entities if each["is_enriched"] or each["is_suspicious"]]
    return Performance(
        action=case.action,
        situation=case.example.situation,
        given={
            **{name: value.replace("{folder}", FOLDER) for name, value in case.example.parameters.items()},
            **dict(case.example.entities),
        },
        message=steady(run.message),
        result_name=run.result_name,
        value=str(run.result_value),
        rounds=len(run.rounds),
        json=steady(run.json_result),
        tables=steady(dict(run.tables)),
        attachments=tuple(run.attachments),
        insight="".join(steady(each["content"]) for each in lab.case.insights),
        enrichment={
            name: steady(value)
            for each in updated
            for name, value in each["additional_properties"].items()
            if name.startswith("VMRay_")
        },
        endpoints=tuple(sorted(set(endpoints))),
        lookups=lookups(endpoints),
        sent_file=any("sample_filename_b64enc" in each.form for each in requests),
        updated_entities=bool(updated),
        added_entities=len(lab.case.entities) > len(case.example.entities),
        comments=bool(lab.case.comments),
    )
