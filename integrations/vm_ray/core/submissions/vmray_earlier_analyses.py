"""What VMRay knows of the analyses of a sample before one of them is repeated, and what is new afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_models import Analysis, Job, Submission, optional_id, text_of
from ...core.api.vmray_time import parsed_time
from ...core.api.vmray_verdicts import Verdict, worst
from ...core.submissions.vmray_known_sample import server_now
from ...core.submissions.vmray_submit_decision import JOIN_WINDOW, Earlier, earlier_of


class NewJob(NamedTuple):
    """A job that repeats an analysis."""

    job_id: int
    submission_id: int | None


class History(NamedTuple):
    """The submissions, analyses and jobs of a sample.

    Attributes:
        earlier: What matters of them for the decision.
        job_ids: The ids of its jobs, also of those that have led to an analysis.
    """

    submissions: Collection[Submission]
    earlier: Earlier
    job_ids: frozenset[int]


def read_history(client: Client, sample_id: int) -> History:
    """Read the submissions, jobs and analyses of a sample.

    The jobs are read before the analyses, so that a job that ends meanwhile is seen as its analysis.
    """
    submissions = client.list_submissions_of_sample(sample_id)
    jobs = client.list_jobs_of_sample(sample_id)
    analyses = client.list_analyses_of_sample(sample_id)
    earlier = with_repetitions(earlier_of(submissions, server_now(client)), jobs, analyses, server_now(client))
    return History(submissions, earlier, frozenset(_by_job(jobs, analyses)))


def find_new_job(client: Client, sample_id: int, known: Collection[int]) -> NewJob | None:
    """Return the first job of a sample that is not one of the known ones; None if there is no other.

    The ids are VMRay's own evidence; a comparison of times would need equal clocks.
    """
    jobs, analyses = client.list_jobs_of_sample(sample_id), client.list_analyses_of_sample(sample_id)
    found = {number: each for number, each in _by_job(jobs, analyses).items() if number not in known}
    return min(found.values(), key=lambda each: each.job_id, default=None)


def with_repetitions(earlier: Earlier, jobs: Iterable[Job], analyses: Iterable[Analysis], now: datetime) -> Earlier:
    """Add what the submissions of a sample may not show: a repeated analysis does not always reopen its submission.

    Args:
        earlier: What matters of the submissions.
        jobs: The jobs of the sample.
        analyses: The analyses of the sample.
        now: The time of VMRay's clock in UTC, without a time zone, as VMRay writes it.
    """
    running = [(_created(each, now), each.job_id, each) for each in jobs]
    fresh = [each for each in running if now - each[0] <= JOIN_WINDOW]
    job = max(fresh, key=lambda each: each[:2])[2] if fresh else None
    timed = [
        (moment, each.analysis_id, each)
        for each in analyses
        if each.succeeded and (moment := parsed_time(each.created))
    ]
    if timed:
        timed.sort(key=lambda each: each[:2])
        moment, _, newest = timed[-1]
        age = max(now - moment, timedelta())
        if earlier.age is None or age < earlier.age:
            verdict = _verdict_of_all([each for _, _, each in timed])
            return earlier._replace(age=age, repeated=newest, repeated_verdict=verdict, running_job=job)
    return earlier._replace(running_job=job)


def _verdict_of_all(analyses: Sequence[Analysis]) -> Verdict:
    """Return the worst verdict of the analyses, the oldest first, without those that a newer one repeats.

    An analysis repeats another one if analyzer, machine and configuration are the same. The newest analysis alone is no
    verdict of the sample: another machine may have found it malicious.
    """
    newest = {(each.analyzer, each.machine, _configuration(each)): each.verdict for each in analyses}
    return worst(newest.values())


def _configuration(analysis: Analysis) -> str:
    return text_of(analysis.raw, "analysis_configuration_name")


def _created(job: Job, now: datetime) -> datetime:
    """Return when a job was created; now, if VMRay returned no time: then it counts as running."""
    return parsed_time(text_of(job.raw, "job_created")) or now


def new_job_of(job: Job) -> NewJob:
    """Return the ids of a job."""
    return NewJob(job.job_id, optional_id(job.raw, "job_submission_id"))


def _by_job(jobs: Iterable[Job], analyses: Iterable[Analysis]) -> dict[int, NewJob]:
    """Return the jobs that run, and those that have led to an analysis, by their ids."""
    ended = [
        NewJob(number, optional_id(each.raw, "analysis_submission_id"))
        for each in analyses
        if (number := optional_id(each.raw, "analysis_job_id")) is not None
    ]
    return {each.job_id: each for each in (*ended, *map(new_job_of, jobs))}
