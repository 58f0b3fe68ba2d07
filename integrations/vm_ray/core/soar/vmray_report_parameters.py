"""The parameters of complete reports: which IOCs and threat indicators to return, and which insights to create."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.results.vmray_report import ReportFilter
from ...core.soar.vmray_ioc_parameters import ALL, DEFAULT_VERDICTS, TYPES, VERDICT_WORDS, types_of, verdicts_of
from ...core.soar.vmray_parameters import boolean, param, whole_number
from ...core.soar.vmray_scan_parameters import IOC_TYPE_FILTER, MAX_SCORE
from ...core.soar.vmray_subjects import SubjectParameters


@dataclass(frozen=True)
class ReportParameters(SubjectParameters):
    """The samples, and what to return about them."""

    min_score: int = param("Threat Indicator Score Threshold", whole_number(0, MAX_SCORE), default="3")
    max_indicators: int = param("Max Threat Indicators To Return", whole_number(1), default="25")
    ioc_types: tuple[str, ...] = param(IOC_TYPE_FILTER, TYPES, default=ALL)
    ioc_verdicts: tuple[str, ...] = param("IOC Verdict Filter", VERDICT_WORDS, default=DEFAULT_VERDICTS)
    max_iocs: int = param("Max IOCs To Return", whole_number(1), default="25")
    create_insight: bool = param("Create Insight", boolean(), default="true")
    only_suspicious_insight: bool = param("Only Suspicious Insight", boolean(), default="false")

    @property
    def report(self) -> ReportFilter:
        """The IOCs and threat indicators that a report keeps."""
        return ReportFilter(
            ioc_types=types_of(self.ioc_types),
            ioc_verdicts=verdicts_of(self.ioc_verdicts),
            max_iocs=self.max_iocs,
            min_score=self.min_score,
            max_indicators=self.max_indicators,
        )

    def wants_insight(self, *, is_suspicious: bool) -> bool:
        """Return whether an insight is created for a sample."""
        return self.create_insight and (is_suspicious or not self.only_suspicious_insight)
