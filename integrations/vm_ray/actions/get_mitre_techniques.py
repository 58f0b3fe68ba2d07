"""Get MITRE Techniques: read the MITRE ATT&CK techniques of samples, with the threat indicators that prove them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..core.results.vmray_item_result import Item
from ..core.results.vmray_result import Attachment, Insight, Table
from ..core.results.vmray_techniques import TechniqueFilter, technique_head, technique_item, technique_table
from ..core.soar.vmray_fetch_action import FetchAction, retrieved
from ..core.soar.vmray_parameters import boolean, param, texts, whole_number
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_subjects import Subject, SubjectParameters


@dataclass(frozen=True)
class TechniqueParameters(SubjectParameters):
    """The samples, the filter for their techniques, and where to show them."""

    tactics: tuple[str, ...] = param("Tactic Filter", texts("names of tactics, separated by commas"))
    min_score: int = param("Lowest Indicator Score", whole_number(0, 5), default="1")
    layer: bool = param("Attach Navigator Layer", boolean(), default="true")
    insight: bool = param("Create Insight", boolean(), default="true")


class GetMITRETechniques(FetchAction[TechniqueParameters]):
    """Reads the MITRE ATT&CK techniques of samples, and attaches a layer for the ATT&CK Navigator.

    Without Samples, the action reads about the FILEHASH entities of the case. The action submits nothing and costs no
    quota.
    """

    name = "Get MITRE Techniques"
    parameters = TechniqueParameters
    sentences = retrieved("MITRE techniques")

    def fetch(self, run: Run, subject: Subject, number: int, params: TechniqueParameters) -> Item:
        """Read the techniques of one sample."""
        wanted = TechniqueFilter(params.tactics, params.min_score)
        item = technique_item(subject.name, self.facts_of(subject, number), run.client.get_techniques(number), wanted)
        if not params.insight or item.outcome == "empty":
            return item
        from ..core.results.vmray_technique_insight import technique_insight  # noqa: PLC0415 - loaded if wanted

        return replace(item, insights=[Insight.about_sample(number, technique_insight(item), subject.entity)])

    def tables(self, items: Sequence[Item]) -> Sequence[Table]:
        """Show the techniques of all samples in one table."""
        return technique_table(items)

    def attachments(self, items: Sequence[Item], params: TechniqueParameters) -> Sequence[Attachment]:
        """Attach one layer with the techniques of all samples."""
        if not params.layer:
            return ()
        from ..core.results.vmray_navigator_layer import navigator_layer  # noqa: PLC0415 - loaded if wanted

        return navigator_layer(items)

    def more(self, items: Sequence[Item]) -> Mapping[str, Any]:
        """Return the ids and the tactics of all techniques."""
        return technique_head(items)


def main() -> None:
    """Run as the platform's process."""
    GetMITRETechniques().start()


if __name__ == "__main__":
    main()
