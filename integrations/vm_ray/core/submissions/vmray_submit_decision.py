"""The decision before a submit: reuse an earlier result, join a running analysis, submit, or not submit.

The decision is a pure function of what VMRay knows of the sample, of the rules of the action, and of the quota. Its
word is the ``decision`` of the item in the JSON result.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ...core.api.vmray_models import Analysis, Job, Submission
from ...core.api.vmray_time import parsed_time
from ...core.api.vmray_verdicts import Verdict

REUSE: Final = "reuse"
JOIN: Final = "join"
SUBMIT: Final = "submit"
BLOCKED: Final = "blocked_quota"
DRY_RUN: Final = "dry_run"
# An older submission that still runs has probably lost its jobs; nobody should wait for it.
JOIN_WINDOW: Final = timedelta(hours=24)
_DAY: Final = timedelta(days=1)
_VERDICTS: Final = {"malicious": "Malicious", "suspicious": "Suspicious", "clean": "Clean"}


class Rules(NamedTuple):
    """The rules of the action.

    Attributes:
        reuse_days: A finished submission is reused if it is younger; 0 means that every item is submitted.
        resubmit: The verdicts of earlier results that are not reused: Malicious, Suspicious, Clean, None.
        minimum_quota: How many submissions have to be left; None for no minimum.
        caching_is_default: Whether the settings of the API key decide about cached analyses.
        joins_always: Whether a running analysis is joined also if every item is submitted: the request has no key with
            which a second run could find it.
    """

    reuse_days: int = 7
    resubmit: frozenset[str] = frozenset({"None"})
    minimum_quota: int | None = None
    dry_run: bool = False
    caching_is_default: bool = True
    joins_always: bool = False


class Earlier(NamedTuple):
    """What VMRay knows of a sample.

    Attributes:
        finished: The submission that finished last; None if there is none.
        age: How long ago that was; None if VMRay returned no time.
        running: The newest submission that still runs and is not too old to be joined.
        repeated: The newest analysis, if it ended after that submission; then the age is that of the analysis.
        repeated_verdict: The verdict of the sample with that analysis; other machines may have found more.
        running_job: The newest job that is not too old to be joined.
    """

    finished: Submission | None = None
    age: timedelta | None = None
    running: Submission | None = None
    repeated: Analysis | None = None
    repeated_verdict: Verdict = Verdict.NONE
    running_job: Job | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict of the newest result."""
        if self.repeated is not None:
            return self.repeated_verdict
        return self.finished.verdict if self.finished else Verdict.NONE

    @property
    def age_days(self) -> int | None:
        """The age in whole days."""
        return None if self.age is None else self.age // _DAY


class Decision(NamedTuple):
    """What is done with an item.

    Attributes:
        word: One of the words above.
        reanalyze: For a submit: whether VMRay is to create new analyses of a sample that it knows.
    """

    word: str
    reanalyze: bool = False


UNKNOWN: Final = Earlier()


def earlier_of(submissions: Iterable[Submission], now: datetime) -> Earlier:
    """Return what matters of the submissions of a sample.

    Args:
        submissions: The submissions in any order.
        now: The time of VMRay's clock in UTC, without a time zone, as VMRay writes it.
    """
    found = list(submissions)
    ended = [(parsed_time(each.finish_time) or parsed_time(each.created), each) for each in found if each.finished]
    timed = [(moment, each.submission_id, each) for moment, each in ended if moment]
    started = [(parsed_time(each.created), each.submission_id, each) for each in found if not each.finished]
    fresh = [(began, number, each) for began, number, each in started if began and now - began <= JOIN_WINDOW]
    running = max(fresh, key=lambda each: each[:2])[2] if fresh else None
    if not timed:
        return Earlier(ended[0][1] if ended else None, None, running)
    moment, _, finished = max(timed, key=lambda each: each[:2])
    return Earlier(finished, max(now - moment, timedelta()), running)


def decide(earlier: Earlier, rules: Rules, quota_left: int | None = None) -> Decision:
    """Return what is done with an item.

    Args:
        earlier: What VMRay knows of the sample.
        rules: The rules of the action.
        quota_left: How many submissions are left; None if there is no limit, or if the quota is not known.
    """
    if rules.reuse_days and _is_reusable(earlier, rules):
        return Decision(REUSE)
    if (rules.reuse_days or rules.joins_always) and (earlier.running or earlier.running_job):
        return Decision(JOIN)
    if rules.minimum_quota is not None and quota_left is not None and quota_left < rules.minimum_quota:
        return Decision(BLOCKED)
    if rules.dry_run:
        return Decision(DRY_RUN)
    # A known sample gets new analyses only on request, if its key has the caching mode "legacy".
    is_known = earlier.finished is not None or not rules.reuse_days
    return Decision(SUBMIT, reanalyze=rules.caching_is_default and is_known)


def _is_reusable(earlier: Earlier, rules: Rules) -> bool:
    if earlier.age is None or earlier.age >= rules.reuse_days * _DAY:
        return False
    return verdict_word(earlier.verdict) not in rules.resubmit


def verdict_word(verdict: Verdict) -> str:
    """Return the word of a verdict in the parameters of actions; ``None`` for no verdict and for an unknown one."""
    return _VERDICTS.get(verdict.rating, "None")
