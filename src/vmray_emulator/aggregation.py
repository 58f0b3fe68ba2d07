"""IOCs, indicators and techniques are put together after the analyses: until then their lists are incomplete.

That the lists lag behind `submission_finished` is the vendor's own clients' experience. The word for an unfinished
status is only seen in a vendor's mock (`waiting`).
"""

from __future__ import annotations

from calendar import timegm
from dataclasses import dataclass
from time import strptime
from typing import TYPE_CHECKING, Final

from vmray_emulator.findings import Findings
from vmray_emulator.store import column

if TYPE_CHECKING:
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

UNFINISHED: Final = "waiting"


@dataclass(frozen=True, slots=True)
class Aggregated:
    """What is put together so far.

    Attributes:
        findings: All findings; the caller shows only a part of them until `finished`.
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
    return Aggregated(state.findings(sample_id), numbers, _complete(state, what, sample_id, good[-1]))


def _awaited(state: ServerState, sample_id: int) -> bool:
    sql = f"""SELECT 1 FROM submission JOIN course ON course.submission_id = submission.id
              WHERE {column("submission_sample_id")} = ? AND finished IS NULL"""  # noqa: S608  our own names
    return state.store.db.execute(sql, (sample_id,)).fetchone() is not None


def _complete(state: ServerState, what: str, sample_id: int, latest: Record) -> bool:
    settings = state.settings
    if settings.aggregation_reads:
        counter = f"aggregation:{what}:{sample_id}:{latest['analysis_id']}"
        if state.store.peek_number(counter) < settings.aggregation_reads:
            state.store.next_number(counter)
            return False
    if settings.aggregation_seconds and state.lifecycle.mode in ("manual", "realtime"):
        ended = timegm(strptime(latest["analysis_created"], "%Y-%m-%dT%H:%M:%S"))
        return state.clock.now() >= ended + settings.aggregation_seconds
    return True
