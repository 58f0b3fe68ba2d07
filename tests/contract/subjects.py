"""The subject of the reading tests: a finished malicious sample, submitted or found on a real server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.servers import Json, Server

_LOOK_AT = 100


@dataclass(frozen=True, slots=True)
class Subject:
    """A finished submission with at least one successful analysis, its sample and its analyses."""

    submission: Json
    sample: Json
    analyses: list[Json]

    @property
    def submission_id(self) -> int:
        """Return the ID of the submission."""
        number: int = self.submission["submission_id"]
        return number

    @property
    def sample_id(self) -> int:
        """Return the ID of the sample."""
        number: int = self.sample["sample_id"]
        return number

    @property
    def analysis(self) -> Json:
        """Return a successful analysis in a virtual machine or browser, or else any successful one."""
        good = readable(self.analyses)
        return next((one for one in good if one.get("analysis_vm_id") or _in_browser(one)), good[0])


def readable(analyses: list[Json]) -> list[Json]:
    """Return the analyses that succeeded and whose report is not locked."""
    return [
        one
        for one in analyses
        if one["analysis_result_code"] == 1 and one["analysis_lock_status"] == "unlocked"
    ]


def _in_browser(analysis: Json) -> bool:
    return bool(analysis["analysis_analyzer_name"] == "vmray_web")


def subject_of(server: Server, submission: Json) -> Subject:
    """Read the sample and the analyses of a submission."""
    number = submission["submission_id"]
    sample = server.get(f"/sample/{submission['submission_sample_id']}").data
    return Subject(submission, sample, server.get(f"/analysis/submission/{number}").data)


def newest_subject(server: Server) -> Subject:
    """Return the newest usable submission. Skip the test when a real server has none."""
    for submission in server.get("/submission", _limit=_LOOK_AT, _order="desc").data:
        if submission["submission_finished"] and submission["submission_verdict"] == "malicious":
            subject = subject_of(server, submission)
            if readable(subject.analyses):
                return subject
    pytest.skip(f"none of the newest {_LOOK_AT} submissions is finished, malicious and analysed")
