"""All effects of a run: what analysts see, the changes of the case, and the requests to both servers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from tests.actions.lab import outcome
from tests.support.example import run_example
from tests.support.steady_files import steady_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab
    from tests.support.registry import Case

TIMES: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?")


def transcript(lab: Lab, case: Case, folder: Path) -> dict[str, Any]:
    """Run an example, and return all its effects, without times and numbers of cases."""
    lab.secops.forget_requests()
    run = run_example(lab, case.action.name, case.example, folder)
    calls = lab.secops.requests()
    seen = {
        "outcome": outcome(run),
        "results": run.results,
        "rounds": [(each.state.value, each.message) for each in run.rounds],
        "debug output": run.debug_output,
        "flags": lab.flags(),
        "properties": [each["additional_properties"] for each in lab.case.entities],
        "insights": lab.insights(),
        "requests to VMRay": sorted(lab.seen()),
        "calls to the platform": sorted(f"{each.method} {_path(each.path)}" for each in calls),
    }
    text = json.dumps(seen)
    for found, usual in steady_files(run.attachments, _without_times).items():
        text = text.replace(found, usual)
    return dict(json.loads(_without_times(text)))


def _without_times(text: str) -> str:
    return TIMES.sub("TIME", text)


def _path(path: str) -> str:
    return re.sub("[0-9]+", "N", path)
