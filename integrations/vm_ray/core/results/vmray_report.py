"""The report of one sample: the sample, its IOCs and its threat indicators, filtered, sorted and limited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ...core.api.vmray_concurrency import run_both
from ...core.api.vmray_models import IOC_TYPES, VERDICT_ONLY_NOTE, Aggregate, Json, Sample, objects
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_timing import TIMING
from ...core.api.vmray_verdicts import Verdict, verdict_of
from ...core.results.vmray_aggregation_wait import AggregationWait
from ...core.results.vmray_bounded_lists import Lists
from ...core.results.vmray_lock import REFUSALS, is_locked
from ...core.results.vmray_unknown_values import indicator_notes, ioc_notes, reaches, score_of

STILL_AGGREGATING: Final = "VMRay had not finished collecting IOCs and threat indicators; some may be missing"
IOCS: Final = "IOCs"
INDICATORS: Final = "threat indicators"
LOCKED: Final = f"{VERDICT_ONLY_NOTE}; {IOCS} and {INDICATORS} are not available"


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which IOCs and threat indicators to keep.

    Attributes:
        ioc_types: Names from ``IOC_TYPES``.
        ioc_verdicts: Verdicts to keep; ``NONE`` stands for null and ``not_available``.
        max_iocs: The maximum number per type.
        min_score: The lowest threat indicator score to keep, 0 to 5.
        max_indicators: The maximum number per sample.
    """

    ioc_types: tuple[str, ...]
    ioc_verdicts: frozenset[Verdict]
    max_iocs: int
    min_score: int
    max_indicators: int


@dataclass(frozen=True, slots=True)
class SampleReport:
    """All data about one sample, ready for display.

    Attributes:
        sample: The sample.
        iocs: Always the eight types of ``IOC_TYPES``, and others that were requested; VMRay's own objects, worst
            verdict first, then in VMRay's order.
        matched: The number of IOCs of each type that passed the filter, before the limit.
        indicators: VMRay's own objects, highest score first.
        complete: Whether VMRay had finished collecting; if not, a later request may return more.
        notes: Notes for the analyst about this report, each a clause without a full stop.
        worst_related: The worst verdict of the other samples that VMRay found through this one, and of the
            submissions.
        unread: Of ``IOCS`` and ``INDICATORS``, the lists that could not be read; they are empty here.
    """

    sample: Sample
    iocs: dict[str, list[Json]]
    matched: dict[str, int]
    indicators: list[Json]
    complete: bool = True
    notes: tuple[str, ...] = ()
    worst_related: Verdict = Verdict.NONE
    unread: frozenset[str] = frozenset()

    @property
    def is_suspicious(self) -> bool:
        """Whether the sample, or another sample that VMRay found through it, is malicious or suspicious."""
        return self.sample.verdict.is_suspicious or self.worst_related.is_suspicious


def read_report(client: Lists, sample: Sample, wanted: ReportFilter, *, last: bool = True) -> SampleReport:
    """Read a sample's IOCs and threat indicators concurrently, and return its report. Both lists are optional.

    Raises:
        DeadlineError: The time of this run was too short, and another run follows (``last`` is False).
    """
    iocs, indicators = run_both(
        lambda: read_optional(IOCS, lambda: client.get_iocs(sample.sample_id), last=last),
        lambda: read_optional(INDICATORS, lambda: client.get_threat_indicators(sample.sample_id), last=last),
    )
    lost = [each for each in (iocs, indicators) if isinstance(each, Missing)]
    locked = _locked(client, sample, lost, last=last)
    if locked is True:
        return SampleReport(
            sample, {name: [] for name in IOC_TYPES}, {}, [], notes=(LOCKED,), unread=frozenset((IOCS, INDICATORS))
        )
    report = make_report(sample, _content(iocs), _content(indicators), wanted)
    notes = [each.note for each in (*lost, locked) if isinstance(each, Missing)]
    return replace(report, notes=(*notes, *report.notes), unread=frozenset(each.part for each in lost))


def _locked(client: Lists, sample: Sample, lost: Sequence[Missing], *, last: bool) -> bool | Missing:
    """Return whether the lists could not be read because the report is locked; Missing if that is not known."""
    if not any(isinstance(each.error, REFUSALS) for each in lost):
        return False
    return read_optional("the lock of the report", lambda: is_locked(client, sample.sample_id), last=last)


def _content(found: Aggregate | Missing) -> Aggregate:
    return Aggregate(finished=True, content=None) if isinstance(found, Missing) else found


def make_report(sample: Sample, iocs: Aggregate, indicators: Aggregate, wanted: ReportFilter) -> SampleReport:
    """Return the report: filter, sort and limit the objects; an unknown verdict or score passes every filter."""
    lists: Any = iocs.content if isinstance(iocs.content, dict) else {}
    found = {name: objects(lists.get(name)) for name in wanted.ioc_types}
    passed = {name: [ioc for ioc in each if _passes(verdict_of(ioc), wanted)] for name, each in found.items()}
    complete = iocs.finished and indicators.finished
    notes = [sample.verdict.note, *ioc_notes(lists, passed), *indicator_notes(indicators.content)]
    names = dict.fromkeys((*IOC_TYPES, *wanted.ioc_types))
    return SampleReport(
        sample=sample,
        iocs={name: _ranked(passed.get(name, []), _verdict_rank, wanted.max_iocs) for name in names},
        matched={name: len(each) for name, each in passed.items()},
        indicators=_ranked(
            [each for each in objects(indicators.content) if reaches(each, wanted.min_score)],
            lambda each: -score_of(each),
            wanted.max_indicators,
        ),
        complete=complete,
        notes=tuple(note for note in (*notes, "" if complete else STILL_AGGREGATING) if note),
    )


def _passes(verdict: Verdict, wanted: ReportFilter) -> bool:
    return verdict in wanted.ioc_verdicts or not verdict.is_recognized


def _verdict_rank(ioc: Json) -> int:
    return verdict_of(ioc).rank


def _ranked(items: list[Json], order: Callable[[Json], int], limit: int) -> list[Json]:
    """Sort the items, keep VMRay's order among equal items, and return the first ``limit``."""
    return sorted(items, key=order)[:limit]


def read_settled_report(
    client: Lists, sample: Sample, wanted: ReportFilter, aggregation_wait: AggregationWait
) -> SampleReport:
    """Read a report; while VMRay is still collecting, wait and read again: collecting takes seconds after an analysis.

    When the time for waiting has ended, or when a list can no longer be read, the last report is returned.
    """
    report = read_report(client, sample, wanted)
    pause = TIMING.aggregation_first_pause
    while not report.complete and aggregation_wait.wait(pause):
        pause = min(2 * pause, TIMING.aggregation_longest_pause)
        newer = read_report(client, sample, wanted)
        if newer.unread - report.unread:
            break
        report = newer
    return report
