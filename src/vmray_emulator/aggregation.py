"""Aggregation of IOCs, indicators and techniques: their lists are complete only some time after the analyses.

Code of the vendor's clients shows that the lists lag behind `submission_finished`. The word for an unfinished
status is known from a mock of the vendor only (`waiting`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.analyses import TODO
from vmray_emulator.findings import Findings
from vmray_emulator.store import column

if TYPE_CHECKING:
    from vmray_emulator.findings import IocSpec
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

UNFINISHED: Final = "waiting"


@dataclass(frozen=True, slots=True)
class Aggregated:
    """The part of the findings that is aggregated so far.

    Attributes:
        findings: All findings. Until `finished` only a part of them is visible.
        analysis_ids: The analyses that found them.
        finished: Whether the aggregation is complete.
    """

    findings: Findings
    analysis_ids: list[int]
    finished: bool

    @property
    def status(self) -> str:
        """The `status` of the response."""
        return "finished" if self.finished else UNFINISHED

    @property
    def visible_iocs(self) -> dict[str, list[IocSpec]]:
        """The IOCs of a response: half of each list until the aggregation is complete (inferred)."""
        iocs = self.findings.iocs
        return iocs if self.finished else {name: specs[: len(specs) // 2] for name, specs in iocs.items()}

    @property
    def visible_indicators(self) -> list[dict[str, Any]]:
        """The threat indicators of a response: one until the aggregation is complete (inferred)."""
        return self.findings.indicators if self.finished else self.findings.indicators[:1]

    @property
    def visible_techniques(self) -> list[dict[str, Any]]:
        """The MITRE techniques of a response: none until the aggregation is complete (inferred)."""
        return self.findings.techniques if self.finished else []


def aggregated(state: ServerState, what: str, sample_id: int) -> Aggregated:
    """Return the aggregated findings of a sample. Where reads count as progress, this call is a read.

    Args:
        state: The server.
        what: `ioc`, `vti` or `mitre_attack`.
        sample_id: The sample.
    """
    where = f"{column('analysis_sample_id')} = ?"
    analyses = state.store.select("analysis", where, (sample_id,))
    good = [analysis for analysis in analyses if analysis["analysis_result_code"] == 1]
    numbers = [analysis["analysis_id"] for analysis in good]
    if not good:
        return Aggregated(Findings(), [], finished=bool(analyses) or not _awaited(state, sample_id))
    return Aggregated(state.findings(sample_id), numbers, _complete(state, what, good[-1]))


def _awaited(state: ServerState, sample_id: int) -> bool:
    sql = f"""SELECT 1 FROM submission JOIN schedule ON schedule.submission_id = submission.id
              WHERE {column("submission_sample_id")} = ? AND finished IS NULL"""  # noqa: S608 - our own names
    return state.store.db.execute(sql, (sample_id,)).fetchone() is not None


def _complete(state: ServerState, what: str, latest: Record) -> bool:
    """Whether an analysis is aggregated. Where reads count as progress, this call is a read."""
    field = f"{what}_aggregation_state"
    if latest[f"analysis_{field}"] != TODO:
        return True
    if not state.lifecycle.timed:
        reads = state.store.next_number(f"aggregation:{what}:{latest['analysis_id']}")
        if reads >= state.settings.aggregation_reads:
            state.store.change("analysis", latest["analysis_id"], **{field: "ok"})
    return False
