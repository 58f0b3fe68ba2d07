"""The parameters of complete reports: which IOCs and threat indicators to return, and which insights to create."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.api.vmray_verdicts import VERDICTS, Verdict
from ...core.results.vmray_full_report import ALL_TYPES
from ...core.results.vmray_report import ReportFilter
from ...core.soar.vmray_parameters import boolean, choices, param, whole_number
from ...core.soar.vmray_scan_parameters import IOC_TYPE_FILTER, MAX_SCORE
from ...core.soar.vmray_subjects import SubjectParameters

ALL = "All"


@dataclass(frozen=True)
class ReportParameters(SubjectParameters):
    """The samples, and what to return about them."""

    min_score: int = param("Threat Indicator Score Threshold", whole_number(0, MAX_SCORE), default="3")
    max_indicators: int = param("Max Threat Indicators To Return", whole_number(1), default="25")
    ioc_types: tuple[str, ...] = param(IOC_TYPE_FILTER, choices(ALL, *ALL_TYPES), default=ALL)
    ioc_verdicts: tuple[str, ...] = param(
        "IOC Verdict Filter",
        choices(ALL, "Malicious", "Suspicious", "Clean", "None"),
        default="Malicious, Suspicious",
    )
    max_iocs: int = param("Max IOCs To Return", whole_number(1), default="25")
    create_insight: bool = param("Create Insight", boolean(), default="true")
    only_suspicious_insight: bool = param("Only Suspicious Insight", boolean(), default="false")

    @property
    def report(self) -> ReportFilter:
        """The IOCs and threat indicators that a report keeps."""
        verdicts = [Verdict(word.lower()) for word in self.ioc_verdicts if word != ALL]
        return ReportFilter(
            ioc_types=ALL_TYPES if ALL in self.ioc_types else self.ioc_types,
            ioc_verdicts=frozenset(VERDICTS if ALL in self.ioc_verdicts else verdicts),
            max_iocs=self.max_iocs,
            min_score=self.min_score,
            max_indicators=self.max_indicators,
        )

    def wants_insight(self, *, is_suspicious: bool) -> bool:
        """Return whether an insight is created for a sample."""
        return self.create_insight and (is_suspicious or not self.only_suspicious_insight)
