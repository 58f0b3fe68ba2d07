"""The decision whether the reports of a sample are unlocked: a pure function of the lock, the verdict and the quota."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ...core.api.vmray_models import Analysis
from ...core.api.vmray_verdicts import Verdict
from ...core.submissions.vmray_submit_decision import BLOCKED, DRY_RUN, verdict_word

UNLOCK: Final = "unlock"
UNLOCKING: Final = "unlocking"
UNLOCKED: Final = "unlocked"
NO_REPORT: Final = "no_report"
UNWANTED: Final = "unwanted"


class UnlockRules(NamedTuple):
    """The rules of the action.

    Attributes:
        verdicts: The verdicts of the samples whose reports are unlocked: Malicious, Suspicious, Clean, None.
        minimum_quota: How many reports have to be left; None for no minimum.
    """

    verdicts: frozenset[str] = frozenset({"Malicious", "Suspicious"})
    minimum_quota: int | None = None
    dry_run: bool = False


class Lock(NamedTuple):
    """The lock of the reports of a sample.

    Attributes:
        locked: The analyses whose report is locked.
        unlocking: The analyses whose report VMRay is unlocking.
        readable: The analyses whose report can be read. An analysis that failed has no report.
    """

    locked: tuple[int, ...] = ()
    unlocking: tuple[int, ...] = ()
    readable: tuple[int, ...] = ()


def lock_of(analyses: Iterable[Analysis]) -> Lock:
    """Return the lock of a sample with these analyses."""
    with_report = [each for each in analyses if each.succeeded]
    return Lock(
        locked=tuple(each.analysis_id for each in with_report if each.locked and not each.is_unlocking),
        unlocking=tuple(each.analysis_id for each in with_report if each.is_unlocking),
        readable=tuple(each.analysis_id for each in with_report if not each.locked),
    )


def decide_unlock(lock: Lock, verdict: Verdict, rules: UnlockRules, quota_left: int | None = None) -> str:
    """Return what is done with a sample: one of the words above, or of ``vmray_submit_decision``.

    Args:
        lock: The lock of its reports.
        verdict: The verdict of the sample.
        rules: The rules of the action.
        quota_left: How many reports are left; None if there is no limit, or if the quota is not known.
    """
    if lock.unlocking:  # the request is about the sample, so that a second one may be about the same reports
        return UNLOCKING
    if not lock.locked:
        return UNLOCKED if lock.readable else NO_REPORT
    if verdict_word(verdict) not in rules.verdicts:
        return UNWANTED
    if rules.minimum_quota is not None and quota_left is not None and quota_left < rules.minimum_quota:
        return BLOCKED
    return DRY_RUN if rules.dry_run else UNLOCK
