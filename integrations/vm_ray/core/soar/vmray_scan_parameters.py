"""The parameters of all scans: which IOCs and threat indicators to show, and whether to create insights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_models import IOC_TYPES
from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_report import ReportFilter
from ...core.soar.vmray_parameters import Kind, Parameters, boolean, choices, param, whole_number

MAX_SCORE: Final = 5
IOC_TYPE_FILTER: Final = "IOC Type Filter"
TYPES: Final[Kind[tuple[str, ...]]] = choices(*IOC_TYPES)


@dataclass(frozen=True)
class ScanParameters(Parameters):
    """The parameters that all scans share; each scan declares its own default for the types of IOCs."""

    min_score: int = param("Threat Indicator Score Threshold", whole_number(0, MAX_SCORE), default="3", mandatory=True)
    ioc_types: tuple[str, ...] = param(IOC_TYPE_FILTER, TYPES, mandatory=True)
    ioc_verdicts: tuple[str, ...] = param(
        "IOC Verdict Filter",
        choices("Malicious", "Suspicious", "Clean", "None"),
        default="Malicious, Suspicious",
        mandatory=True,
    )
    max_iocs: int = param("Max IOCs To Return", whole_number(1), default="10")
    max_indicators: int = param("Max Threat Indicators To Return", whole_number(1), default="10")
    create_insight: bool = param("Create Insight", boolean(), default="true")
    only_suspicious_insight: bool = param("Only Suspicious Insight", boolean(), default="false")

    @property
    def report(self) -> ReportFilter:
        """The IOCs and threat indicators that a report keeps."""
        return ReportFilter(
            ioc_types=self.ioc_types,
            ioc_verdicts=frozenset(Verdict(word.lower()) for word in self.ioc_verdicts),
            max_iocs=self.max_iocs,
            min_score=self.min_score,
            max_indicators=self.max_indicators,
        )
