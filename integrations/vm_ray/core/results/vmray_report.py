"""The report of one sample: the sample, its IOCs and its threat indicators, filtered, sorted and limited."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import run_both
from ...core.api.vmray_errors import NotFoundError, PermissionDeniedError, VMRayError
from ...core.api.vmray_models import IOC_TYPES, VERDICT_ONLY_NOTE, Aggregate, Json, Sample, objects
from ...core.api.vmray_timing import TIMING
from ...core.api.vmray_verdicts import Verdict, verdict_of
from ...core.results.vmray_aggregation_wait import AggregationWait

STILL_AGGREGATING: Final = "VMRay had not finished collecting IOCs and threat indicators; some may be missing"
LOCKED: Final = f"{VERDICT_ONLY_NOTE}; IOCs and threat indicators are not available"


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
        iocs: Always all eight types; VMRay's own objects, worst verdict first, then in VMRay's order.
        matched: The number of IOCs of each type that passed the filter, before the limit.
        indicators: VMRay's own objects, highest score first.
        complete: Whether VMRay had finished collecting; if not, a later request may return more.
        notes: Notes for the analyst about this report, each a clause without a full stop.
        worst_related: The worst verdict of the other samples that VMRay found through this one.
    """

    sample: Sample
    iocs: dict[str, list[Json]]
    matched: dict[str, int]
    indicators: list[Json]
    complete: bool = True
    notes: tuple[str, ...] = ()
    worst_related: Verdict = Verdict.NONE

    @property
    def is_suspicious(self) -> bool:
        """Whether the sample, or another sample that VMRay found through it, is malicious or suspicious."""
        return self.sample.verdict.is_suspicious or self.worst_related.is_suspicious


def read_report(client: Client, sample: Sample, wanted: ReportFilter) -> SampleReport:
    """Read a sample's IOCs and threat indicators concurrently, and return its report.

    Raises:
        RequestError: One of the two could not be read, and the report is not locked.
    """
    try:
        iocs, indicators = run_both(
            lambda: client.get_iocs(sample.sample_id), lambda: client.get_threat_indicators(sample.sample_id)
        )
    except (PermissionDeniedError, NotFoundError):
        if not any(analysis.locked for analysis in client.list_analyses_of_sample(sample.sample_id)):
            raise
        return SampleReport(sample, {name: [] for name in IOC_TYPES}, {}, [], notes=(LOCKED,))
    return make_report(sample, iocs, indicators, wanted)


def make_report(sample: Sample, iocs: Aggregate, indicators: Aggregate, wanted: ReportFilter) -> SampleReport:
    """Return the report: filter, sort and limit the objects."""
    lists: Any = iocs.content if isinstance(iocs.content, dict) else {}
    passed = {
        name: [ioc for ioc in objects(lists.get(name)) if verdict_of(ioc) in wanted.ioc_verdicts]
        for name in wanted.ioc_types
    }
    complete = iocs.finished and indicators.finished
    return SampleReport(
        sample=sample,
        iocs={name: _ranked(passed.get(name, []), _verdict_rank, wanted.max_iocs) for name in IOC_TYPES},
        matched={name: len(found) for name, found in passed.items()},
        indicators=_ranked(
            [each for each in objects(indicators.content) if score_of(each) >= wanted.min_score],
            lambda each: -score_of(each),
            wanted.max_indicators,
        ),
        complete=complete,
        notes=() if complete else (STILL_AGGREGATING,),
    )


def score_of(indicator: Json) -> int:
    """Return the score of a threat indicator: 1 to 5, -1 for a benign one, 0 if an old server sent none."""
    score = str(indicator.get("score"))
    return int(score) if re.fullmatch(r"-?[0-9]{1,4}", score) else 0


def _verdict_rank(ioc: Json) -> int:
    return verdict_of(ioc).rank


def _ranked(items: list[Json], order: Callable[[Json], int], limit: int) -> list[Json]:
    """Sort the items, keep VMRay's order among equal items, and return the first ``limit``."""
    return sorted(items, key=order)[:limit]


def read_settled_report(
    client: Client, sample: Sample, wanted: ReportFilter, aggregation_wait: AggregationWait
) -> SampleReport:
    """Read a report; while VMRay is still collecting, wait and read again: collecting takes seconds after an analysis.

    When the time for waiting has ended, the last report is returned.
    """
    report = read_report(client, sample, wanted)
    pause = TIMING.aggregation_first_pause
    while not report.complete and aggregation_wait.wait(pause):
        pause = min(2 * pause, TIMING.aggregation_longest_pause)
        try:
            report = read_report(client, sample, wanted)
        except VMRayError as error:
            if error.is_fatal:
                raise
            break  # the report that was read before is returned
    return report
