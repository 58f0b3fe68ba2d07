"""The choice among the analyses of a sample: the rule of every action that reads files of analyses.

The analyses are those of the newest finished submission; if none of them is usable, all analyses of the sample count.
Analyses that failed have no files. Dynamic and web analyses come before static ones, then those with the worst verdict,
then the newest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_models import Analysis, Submission, newest_submission
from ...core.results.vmray_answer import Answer

# The analyzers of dynamic and web analyses; only these make screenshots.
RUNNING_ANALYZERS: Final = frozenset({"vmray", "vmray_web"})
ANALYSIS_ADVICE: Final = "Open the sample in VMRay, read the result of each analysis, and submit the sample again."


def is_running(analysis: Analysis) -> bool:
    """Return whether the sample, or a browser with its address, ran in this analysis."""
    return analysis.analyzer in RUNNING_ANALYZERS


def is_any(_analysis: Analysis) -> bool:
    """Accept every analysis."""
    return True


def best_analyses(analyses: Iterable[Analysis], is_wanted: Callable[[Analysis], bool] = is_any) -> list[Analysis]:
    """Return the analyses with files, the best first."""
    usable = [each for each in analyses if each.succeeded and is_wanted(each)]
    usable.sort(key=lambda each: (each.created, each.analysis_id), reverse=True)
    return sorted(usable, key=lambda each: (not is_running(each), each.verdict.rank))


def choose_analyses(
    client: Client, sample_id: int, count: int, is_wanted: Callable[[Analysis], bool] = is_any
) -> list[Analysis] | Answer:
    """Return the best analyses of a sample, at most so many; if there is none, why.

    Args:
        client: Sends the requests.
        sample_id: The id of the sample.
        count: The largest number of analyses.
        is_wanted: Which kinds of analyses are usable.

    Raises:
        NotFoundError: VMRay has no sample with this id.
    """
    return choose_among(client, sample_id, client.list_submissions_of_sample(sample_id), count, is_wanted)


def choose_among(
    client: Client,
    sample_id: int,
    submissions: Collection[Submission],
    count: int,
    is_wanted: Callable[[Analysis], bool] = is_any,
) -> list[Analysis] | Answer:
    """Return the best analyses of a sample with these submissions, as ``choose_analyses``."""
    newest = newest_submission(each for each in submissions if each.finished)
    found = client.list_analyses_of_submission(newest.submission_id) if newest else []
    if not best_analyses(found, is_wanted):
        found = client.list_analyses_of_sample(sample_id)
    if chosen := best_analyses(found, is_wanted)[:count]:
        return chosen
    if not submissions and not found:
        client.get_sample(sample_id)  # an empty list does not say whether the sample exists
    return _why_none(submissions, found)


def is_unfinished(submissions: Iterable[Submission]) -> bool:
    """Return whether the newest submission is still being analyzed."""
    newest = newest_submission(submissions)
    return newest is not None and not newest.finished


def _why_none(submissions: Collection[Submission], analyses: Sequence[Analysis]) -> Answer:
    if is_unfinished(submissions):
        return Answer("pending", "VMRay has not finished the newest submission of this sample")
    if any(each.succeeded for each in analyses):
        return Answer("empty", "VMRay has only static analyses of this sample")
    if analyses:
        newest = max(analyses, key=lambda each: (each.created, each.analysis_id))
        return failed_analysis(newest)
    return Answer("empty", "VMRay has no analysis of this sample")


def failed_analysis(analysis: Analysis) -> Answer:
    """Return the answer about an analysis that failed, with VMRay's own text."""
    reason = f"analysis {analysis.analysis_id} failed: {analysis.result}"
    return Answer("failed", reason, "analysis", ANALYSIS_ADVICE)
