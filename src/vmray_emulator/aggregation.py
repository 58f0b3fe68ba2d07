"""IOCs, indicators and techniques are put together after the analyses: until then their lists are incomplete.

That the lists lag behind `submission_finished` is the vendor's own clients' experience. The word for an
unfinished status is only seen in a vendor's mock (`waiting`).
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
    """What is put together so far.

    Attributes:
        findings: All findings; until `finished` only a part of them is shown.
        analysis_ids: The analyses that they come from.
        finished: Whether they are complete.
    """

    findings: Findings
    analysis_ids: list[int]
    finished: bool

    @property
    def status(self) -> str:
        """The answer's `status`."""
        return "finished" if self.finished else UNFINISHED

    @property
    def visible_iocs(self) -> dict[str, list[IocSpec]]:
        """The IOCs of an answer: half of each list until all are there (inferred)."""
        iocs = self.findings.iocs
        return iocs if self.finished else {name: specs[: len(specs) // 2] for name, specs in iocs.items()}

    @property
    def visible_indicators(self) -> list[dict[str, Any]]:
        """The threat indicators of an answer: one until all are there (inferred)."""
        return self.findings.indicators if self.finished else self.findings.indicators[:1]

    @property
    def visible_techniques(self) -> list[dict[str, Any]]:
        """The MITRE techniques of an answer: none until all are there (inferred)."""
        return self.findings.techniques if self.finished else []


def aggregated(state: ServerState, what: str, sample_id: int) -> Aggregated:
    """The findings of a sample, as far as they are put together; asking may be what completes them.

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
    """Whether an analysis is put together; where reads count as progress, this is one."""
    field = f"{what}_aggregation_state"
    if latest[f"analysis_{field}"] != TODO:
        return True
    if not state.lifecycle.timed:
        reads = state.store.next_number(f"aggregation:{what}:{latest['analysis_id']}")
        if reads >= state.settings.aggregation_reads:
            state.store.change("analysis", latest["analysis_id"], **{field: "ok"})
    return False
