"""The verdicts and report links in an action's JSON result, one a subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NO_VERDICT = "no verdict"


@dataclass(frozen=True, slots=True)
class Finding:
    """What VMRay thinks of one entity or file.

    Attributes:
        subject: The entity's identifier or the file's path.
        verdict: VMRay's word, or `no verdict`; for a file without result `pending` or `error`.
        link: The report's address, empty where there is none.
        submission_id: Empty where the result names none.
    """

    subject: str
    verdict: str
    link: str
    submission_id: str


def findings(json_result: object) -> list[Finding]:
    """Read the findings out of an action's JSON result.

    Args:
        json_result: The platform's entity list (`[{"Entity", "EntityResult"}]`), the upload's object with
            `files`, or anything else, which holds none.
    """
    if isinstance(json_result, list):
        rows = [row for row in json_result if isinstance(row, dict)]
        return [_of_sample(row.get("Entity"), _dict(row.get("EntityResult"))) for row in rows]
    files = _dict(json_result).get("files")
    return [_of_file(row) for row in files if isinstance(row, dict)] if isinstance(files, list) else []


def _of_sample(subject: object, sample: dict[str, Any]) -> Finding:
    return Finding(
        subject=_text(subject),
        verdict=_text(sample.get("sample_verdict")) or NO_VERDICT,
        link=_text(sample.get("sample_webif_url")),
        submission_id=_text(sample.get("submission_id")),
    )


def _of_file(row: dict[str, Any]) -> Finding:
    verdict = _text(row.get("verdict")) or NO_VERDICT
    result = _text(row.get("result"))
    return Finding(
        subject=_text(row.get("file_path")),
        verdict=verdict if result == "ok" else result,
        link=_text(_dict(row.get("data")).get("sample_webif_url")),
        submission_id=_text(row.get("submission_id")),
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return "" if value is None else str(value)
