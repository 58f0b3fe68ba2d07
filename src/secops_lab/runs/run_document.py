"""An action's result as the one JSON document of `--json`."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from secops_lab.runs.attachments import result_files, wall_files
from secops_lab.runs.verdict_summary import verdict_rows

if TYPE_CHECKING:
    from secops_lab.host import ActionRun
    from secops_lab.platform import Case


def run_document(run: ActionRun, case: Case) -> dict[str, Any]:
    """Describe a run.

    Returns:
        A JSON object: `action`, `state`, `message`, `result_name` (name of the script result),
        `result_value`, `findings` (subject, verdict, link, submission_id), `json_result`, `tables` (title →
        CSV lines), `attachments` and `case_attachments` (name, size), `entities` (the platform's objects,
        enrichment in `additional_properties`), `insights`, `comments`, `tags`, `rounds`, `debug_output`.
    """
    return {
        "action": run.action,
        "state": run.state.name,
        "message": run.message,
        "result_name": run.result_name,
        "result_value": run.result_value,
        "findings": [dataclasses.asdict(finding) for finding in verdict_rows(run.json_result)],
        "json_result": run.json_result,
        "tables": run.tables,
        "attachments": [{"name": file.name, "size": file.size} for file in result_files(run)],
        "case_attachments": [{"name": file.name, "size": file.size} for file in wall_files(case)],
        "entities": case.entities,
        "insights": case.insights,
        "comments": case.comments,
        "tags": case.tags,
        "rounds": [{"exit_code": each.exit_code, "duration": round(each.duration, 3)} for each in run.rounds],
        "debug_output": run.debug_output,
    }


def not_run_document(action: str, reason: str) -> dict[str, Any]:
    """Describe an action that could not be started."""
    return {"action": action, "state": "NOT_RUN", "message": reason}


def as_json(document: object) -> str:
    """Return the document as ASCII JSON, so that no sample name can control a terminal."""
    return json.dumps(document, indent=2, ensure_ascii=True, default=str)
