"""Submissions that finished with errors and have no error text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import NONE_ENRICHED, SUBMITTED, details
from tests.actions.lab import completed, outcome
from tests.actions.uploading import made, row, upload

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import JsonValue, Lab

ANALYSES = {"path": "/rest/analysis/submission/6001"}
WITH_ERRORS = "analysis finished with errors, submission 6001"
UNSAID: list[tuple[dict[str, JsonValue], int, str]] = [
    ({"kind": "patch", "set": {"data": []}}, 1, WITH_ERRORS),
    (
        {"kind": "status", "status": 502},
        4,
        f"{WITH_ERRORS}: the analyses could not be listed: VMRay returned HTTP 502 (4 attempts)",
    ),
]


@pytest.mark.parametrize(("fault", "times", "why"), UNSAID, ids=["none listed", "not listed"])
def test_a_file_that_finished_with_errors_and_no_verdict_has_failed(
    lab: Lab, tmp_path: Path, fault: dict[str, JsonValue], times: int, why: str
) -> None:
    """A file with errors and without a verdict is reported as failed, not as analyzed without a verdict."""
    lab.vmray.control.inject(ANALYSES, fault, times)
    path = made(tmp_path, "emulate-failed.exe")

    run = upload(lab, path)

    (sample,) = lab.samples()
    assert outcome(run) == completed(
        f"{SUBMITTED}{path}{details(f'{path}: {why}')}",
        value=False,
        json_result={
            "data": sample,
            "result": "error",
            "files": [row(path, sample, verdict=None, result="error", error=why)],
        },
    )


@pytest.mark.parametrize(("fault", "times", "why"), UNSAID, ids=["none listed", "not listed"])
def test_a_url_that_finished_with_errors_and_no_verdict_is_not_enriched(
    lab: Lab, fault: dict[str, JsonValue], times: int, why: str
) -> None:
    """The message names the URL with its submission and the reason."""
    lab.vmray.control.inject(ANALYSES, fault, times)
    url = "http://www.example/emulate-failed"
    lab.urls(url)

    run = lab.run("Scan URL")

    message = f"{NONE_ENRICHED}{details(f'{url.upper()}: {why}')}"
    assert outcome(run) == completed(message, value=False, json_result=[])


@pytest.mark.parametrize("stem", ["emulate-no-verdict", "emulate-partly-failed"])
def test_errors_or_no_verdict_alone_is_no_failure(lab: Lab, tmp_path: Path, stem: str) -> None:
    """Only errors together with a missing verdict are a failure: errors alone or no verdict alone is not."""
    fault, times, why = UNSAID[1]
    lab.vmray.control.inject(ANALYSES, fault, times)
    path = made(tmp_path, f"{stem}.exe")

    run = upload(lab, path)

    assert [each["result"] for each in run.json_result["files"]] == ["ok"]
    asked = why.rpartition("the analyses ")[2]
    assert run.message.endswith(f"{path}: the analyses of submission 6001 {asked}")


def test_errors_beside_an_analysis_that_succeeded_are_no_failure(lab: Lab, tmp_path: Path) -> None:
    """When one analysis succeeded without a verdict, the result is "no verdict", not a failure."""
    lab.vmray.control.inject(
        {"path": "/rest/submission/6001"},
        {"kind": "patch", "set": {"data.submission_has_errors": True}},
    )
    path = made(tmp_path, "emulate-no-verdict.exe")

    run = upload(lab, path)

    assert run.is_success
    assert run.message == f"{SUBMITTED}{path}{details(f'{path}: verdict Unknown, submission 6001')}"
    assert lab.vmray.control.pending_faults() == []
