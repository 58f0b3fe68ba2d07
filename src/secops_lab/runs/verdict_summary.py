"""The verdicts and report links in an action's JSON result, one finding per subject."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

# The insight and the widget also show `unknown` when a verdict is missing.
UNKNOWN = "unknown"
_NO_VERDICTS = ("", "not_available")
# What names an item, the best name first; without a name, its sample or submission.
_NAMES_OF_ITEMS = ("file", "url", "entity", "name", "subject")
_KINDS_OF_ITEMS = ("sample", "submission")


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """The verdict and the report link of one entity or file.

    Attributes:
        subject: The entity's identifier, or the file's path; plus the sample's name if there are several.
        verdict: VMRay's verdict, or `unknown`; for a file without result `pending` or `error`. Of an item,
            its outcome word if VMRay gave no verdict.
        link: The address of the report, empty if the result has none.
        submission_id: The id of the submission, empty if the result has none.
    """

    subject: str
    verdict: str
    link: str
    submission_id: str


def verdict_rows(json_result: object) -> list[VerdictRow]:
    """Read the findings from an action's JSON result.

    Args:
        json_result: The platform's entity list (`[{"Entity", "EntityResult"}]`), the upload's object with
            `files`, an object whose `items` have an outcome word and a verdict, or any other value, which has
            no findings.
    """
    if isinstance(json_result, list):
        rows = _dicts(json_result)
        return [_of_sample(row.get("Entity"), _dict(row.get("EntityResult"))) for row in rows]
    items = _dicts(_dict(json_result).get("items"))
    if items:
        return [_of_item(row) for row in items if {"outcome", "verdict"} <= row.keys()]
    rows = _dicts(_dict(json_result).get("files"))
    paths = Counter(_text(row.get("file_path")) for row in rows)
    return [_of_file(row, several=paths[_text(row.get("file_path"))] > 1) for row in rows]


def _of_sample(subject: object, sample: dict[str, Any]) -> VerdictRow:
    return VerdictRow(
        subject=_text(subject),
        verdict=_verdict(sample.get("sample_verdict")),
        link=_text(sample.get("sample_webif_url")),
        submission_id=_text(sample.get("submission_id")),
    )


def _of_file(row: dict[str, Any], *, several: bool) -> VerdictRow:
    path, sample = _text(row.get("file_path")), _dict(row.get("data"))
    name = _text(sample.get("sample_filename")) if several else ""
    result = _text(row.get("result"))
    return VerdictRow(
        subject=f"{path}: {name}" if name else path,
        verdict=_verdict(row.get("verdict")) if result == "ok" else result,
        link=_text(sample.get("sample_webif_url")),
        submission_id=_text(row.get("submission_id")),
    )


def _of_item(item: dict[str, Any]) -> VerdictRow:
    names = (_text(item.get(key)) for key in _NAMES_OF_ITEMS)
    numbers = (f"{kind} {item[f'{kind}_id']}" for kind in _KINDS_OF_ITEMS if item.get(f"{kind}_id"))
    return VerdictRow(
        subject=next(filter(None, (*names, *numbers)), ""),
        verdict=_text(item["verdict"] or item["outcome"]),
        link=_text(item.get("web_link")),
        submission_id=_text(item.get("submission_id")),
    )


def _verdict(value: object) -> str:
    said = _text(value)
    return UNKNOWN if said in _NO_VERDICTS else said


def _dicts(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return "" if value is None else str(value)
