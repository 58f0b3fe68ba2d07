"""What Scan Hash and Scan URL are asked to show: one typed value, read and checked before anything is requested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_models import IOC_TYPES
from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_report import ReportFilter
from ...core.soar.vmray_parameters import Texts, boolean, choices, whole_number

MAX_SCORE: Final = 5


@dataclass(frozen=True, slots=True)
class ScanParameters:
    """What Scan Hash and Scan URL share."""

    report: ReportFilter
    create_insight: bool
    only_suspicious_insight: bool

    @classmethod
    def parse(cls, values: Texts) -> ScanParameters:
        """Read and check all of them."""
        verdicts = choices(values, "IOC Verdict Filter", ("Malicious", "Suspicious", "Clean", "None"))
        return cls(
            report=ReportFilter(
                ioc_types=choices(values, "IOC Type Filter", IOC_TYPES),
                ioc_verdicts=frozenset(Verdict(word.lower()) for word in verdicts),
                max_iocs=whole_number(values, "Max IOCs To Return", 1, default="10"),
                min_score=whole_number(values, "Threat Indicator Score Threshold", 0, MAX_SCORE),
                max_indicators=whole_number(values, "Max Threat Indicators To Return", 1, default="10"),
            ),
            create_insight=boolean(values, "Create Insight", default=True),
            only_suspicious_insight=boolean(values, "Only Suspicious Insight", default=False),
        )
