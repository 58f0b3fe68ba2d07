"""What VMRay knows of a sample before an analysis is repeated, and what is new afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from tests.client.vmray_analyses import analysis, job
from tests.client.vmray_objects import submission

from vm_ray.core.submissions.vmray_earlier_analyses import NewJob, find_new_job, with_repetitions
from vm_ray.core.submissions.vmray_submit_decision import Rules, decide, earlier_of

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client
    from vm_ray.core.api.vmray_models import Analysis, Job, Submission

NOW: Final = datetime(2026, 3, 9, 12, 0, 0)  # noqa: DTZ001 - VMRay writes times without a zone
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)


def ago(age: timedelta) -> str:
    """Return a time as VMRay writes it."""
    return (NOW - age).isoformat()


OLD: Final = submission(6001, finished=True, finish_time=ago(30 * DAY), verdict="malicious")
RUNNING: Final = submission(6002, finished=False, created=ago(HOUR))
FIRST: Final = analysis(9001, created=ago(30 * DAY + HOUR), verdict="malicious")
AGAIN: Final = analysis(9002, created=ago(HOUR), verdict="clean")
FAILED: Final = analysis(9003, created=ago(HOUR), succeeded=False)
UNDATED: Final = analysis(9004, verdict="clean")
NEW_JOB: Final = job(7001, created=ago(HOUR))
LOST_JOB: Final = job(7002, created=ago(2 * DAY))
UNDATED_JOB: Final = job(7003)
ALWAYS: Final = Rules(reuse_days=0, joins_always=True)
USUAL: Final = Rules(joins_always=True)
NOT_CLEAN: Final = Rules(resubmit=frozenset({"Clean"}), joins_always=True)
TABLE: Final[list[tuple[str, list[Submission], list[Analysis], list[Job], Rules, str]]] = [
    # submissions, analyses, jobs, rules, the decision
    ("an old result", [OLD], [FIRST], [], USUAL, "submit"),
    ("no result", [], [], [], USUAL, "submit"),
    ("a repeated analysis that did not reopen its submission", [OLD], [FIRST, AGAIN], [], USUAL, "reuse"),
    ("a repeated analysis with a verdict to repeat", [OLD], [FIRST, AGAIN], [], NOT_CLEAN, "submit"),
    ("a repeated analysis, always", [OLD], [FIRST, AGAIN], [], ALWAYS, "submit"),
    ("submissions that the key may not see", [], [AGAIN], [], USUAL, "reuse"),
    ("a repeated analysis that failed", [OLD], [FIRST, FAILED], [], USUAL, "submit"),
    ("an analysis without a time", [OLD], [UNDATED], [], USUAL, "submit"),
    ("a running job", [OLD], [FIRST], [NEW_JOB], USUAL, "join"),
    ("a running job, always", [OLD], [FIRST], [NEW_JOB], ALWAYS, "join"),
    ("a running submission without a job, always", [OLD, RUNNING], [FIRST], [], ALWAYS, "join"),
    ("a job that was lost", [OLD], [FIRST], [LOST_JOB], USUAL, "submit"),
    ("a job without a time", [OLD], [FIRST], [UNDATED_JOB], USUAL, "join"),
    ("a young result and a running job", [OLD], [FIRST, AGAIN], [NEW_JOB], USUAL, "reuse"),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_the_decision(row: tuple[str, list[Submission], list[Analysis], list[Job], Rules, str]) -> None:
    """Given what VMRay knows of a sample, then a repeated or running analysis is not paid for again."""
    _, submissions, analyses, jobs, rules, word = row
    earlier = with_repetitions(earlier_of(submissions, NOW), jobs, analyses, NOW)
    assert decide(earlier, rules).word == word


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ({}, "clean"),  # the same analysis, repeated
        ({"vm_name": "win7_32"}, "malicious"),
        ({"analyzer_name": "vmray_static"}, "malicious"),
        ({"configuration_name": "office"}, "malicious"),
    ],
)
def test_the_verdict_with_a_repeated_analysis(other: dict[str, Any], verdict: str) -> None:
    """Given a malicious and a newer clean analysis, then only the same machine takes the verdict back."""
    first = analysis(9001, created=ago(30 * DAY), verdict="malicious", **other)
    earlier = with_repetitions(earlier_of([OLD], NOW), [], [AGAIN, first], NOW)
    assert earlier.verdict.value == verdict


@pytest.mark.parametrize(
    ("jobs", "analyses", "found"),
    [
        ([], [], None),
        ([job(7001)], [analysis(9001, job_id=7000)], None),
        ([job(7002, submission_id=6001), job(7003)], [], NewJob(7002, 6001)),
        ([], [analysis(9002, job_id=7004, submission_id=6001)], NewJob(7004, 6001)),
        ([], [analysis(9002)], None),
    ],
)
def test_the_new_job_of_a_sample(jobs: list[Job], analyses: list[Analysis], found: NewJob | None) -> None:
    """Given jobs 7000 and 7001 before, then the first other job is new, also after its end."""
    client: Any = SimpleNamespace(
        list_jobs_of_sample=lambda _: jobs, list_analyses_of_sample=lambda _: analyses
    )
    assert find_new_job(cast("Client", client), 5001, {7000, 7001}) == found
