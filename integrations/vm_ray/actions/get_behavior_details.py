"""Get Behavior Details: read what samples did as data: processes, network, matches, malware configurations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from ..core.behavior.vmray_behavior import SECTIONS, Wanted
from ..core.behavior.vmray_behavior_details import NO_BEHAVIOR, details_of
from ..core.behavior.vmray_behavior_tables import behavior_tables
from ..core.evidence.vmray_evidence import Evidence
from ..core.results.vmray_item_result import Item
from ..core.results.vmray_result import Insight, Table
from ..core.soar.vmray_evidence_action import EvidenceAction, EvidenceParameters, Row
from ..core.soar.vmray_fetch_action import Sentences
from ..core.soar.vmray_ioc_parameters import ALL
from ..core.soar.vmray_parameters import boolean, choices, param, whole_number
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_subjects import Subject


@dataclass(frozen=True)
class BehaviorParameters(EvidenceParameters):
    """The samples or analyses, and the sections to read."""

    max_analyses: int = param("Max Analyses", whole_number(1, 20), default="1")
    sections: tuple[str, ...] = param("Sections", choices(ALL, *SECTIONS), default=ALL)
    max_rows: int = param("Max Rows", whole_number(1), default="100")
    create_insight: bool = param("Create Insight", boolean(), default="true")

    @property
    def wanted(self) -> Wanted:
        """The sections to read, and how many rows each may have."""
        return Wanted(SECTIONS if ALL in self.sections else self.sections, self.max_rows)


class GetBehaviorDetails(EvidenceAction[BehaviorParameters]):
    """Reads the processes, the network, the matches of scanners and the malware configurations of analyses.

    Without any parameter, the action reads about the FILEHASH entities of the case. The action submits nothing and
    costs no quota.
    """

    name = "Get Behavior Details"
    parameters = BehaviorParameters
    sentences = Sentences(
        "Successfully retrieved behavior details of the following {kind} from VMRay: ",
        "Action wasn't able to retrieve behavior details of the following {kind} from VMRay: ",
        "No behavior details were found for the provided {kind}.",
    )
    no_files = NO_BEHAVIOR

    def evidence(self, run: Run, subject: Subject, params: BehaviorParameters) -> Sequence[Evidence]:
        """Read the wanted sections of the analyses of one subject."""
        return self.of_analyses(run, subject, params.max_analyses, partial(details_of, run.client, params.wanted))

    def tables(self, items: Sequence[Item]) -> Sequence[Table]:
        """Show each section of all analyses in one table."""
        return behavior_tables(items)

    def insights(self, rows: Sequence[Row], params: BehaviorParameters) -> Sequence[Insight]:
        """Return one insight for each subject."""
        if not params.create_insight:
            return ()
        from ..core.behavior.vmray_behavior_insight import behavior_insights  # noqa: PLC0415 - loaded if wanted

        return behavior_insights((row.subject.entity, row.evidence) for row in rows)


def main() -> None:
    """Run as the platform's process."""
    GetBehaviorDetails().start()


if __name__ == "__main__":
    main()
