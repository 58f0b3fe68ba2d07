"""Get Threat Indicators: read the threat indicators of samples, submissions or analyses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.results.vmray_indicators import IndicatorFilter, indicator_item, indicator_table
from ..core.results.vmray_item_result import Item
from ..core.results.vmray_result import Table
from ..core.soar.vmray_fetch_action import PLURALS, FetchAction, retrieved
from ..core.soar.vmray_parameters import boolean, param, texts, whole_number
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_subjects import AnySubjectParameters, Subject


@dataclass(frozen=True)
class IndicatorParameters(AnySubjectParameters):
    """The subjects, and the filter for their threat indicators."""

    min_score: int = param("Threat Indicator Score Threshold", whole_number(0, 5), default="1")
    mitigating: bool = param("Include Mitigating Indicators", boolean(), default="true")
    categories: tuple[str, ...] = param("Category Filter", texts("names of categories, separated by commas"))
    max_indicators: int = param("Max Threat Indicators To Return", whole_number(1), default="100")


class GetThreatIndicators(FetchAction[IndicatorParameters]):
    """Reads the threat indicators of samples, submissions or analyses, the strongest first.

    Mitigating indicators, with the score -1, are signs of a harmless sample; they are listed apart. Without any
    parameter, the action reads about the FILEHASH entities of the case. The action submits nothing and costs no quota.
    """

    name = "Get Threat Indicators"
    parameters = IndicatorParameters
    sentences = retrieved("threat indicators")
    kinds = tuple(PLURALS)

    def fetch(self, run: Run, subject: Subject, number: int, params: IndicatorParameters) -> Item:
        """Read the threat indicators of one subject."""
        client = run.client
        read = {
            "sample": client.get_threat_indicators,
            "submission": client.get_threat_indicators_of_submission,
            "analysis": client.get_threat_indicators_of_analysis,
        }
        wanted = IndicatorFilter(params.min_score, params.mitigating, params.categories, params.max_indicators)
        return indicator_item(subject.name, self.facts_of(subject, number), read[subject.kind](number), wanted)

    def tables(self, items: Sequence[Item]) -> Sequence[Table]:
        """Show all threat indicators in one table."""
        return indicator_table(items)


def main() -> None:
    """Run as the platform's process."""
    GetThreatIndicators().start()


if __name__ == "__main__":
    main()
