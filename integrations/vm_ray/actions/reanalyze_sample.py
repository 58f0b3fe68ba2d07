"""Reanalyze Sample: repeat an analysis of samples that VMRay knows, without their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..core.results.vmray_item_result import Item
from ..core.results.vmray_outcome import worst_outcome
from ..core.results.vmray_quota import cost_of
from ..core.soar.vmray_billed_action import MISSED, BilledAction
from ..core.soar.vmray_reanalysis_items import answer_of, facts_of
from ..core.soar.vmray_reanalyzing import ReanalysisBatch, ReanalysisTask, ReanalyzeParameters
from ..core.soar.vmray_run import Run

_CHOICES: Final = ("New analyses", "sharing, tags and the network cannot be chosen for them")


class ReanalyzeSample(BilledAction[ReanalyzeParameters, ReanalysisTask]):
    """Lets VMRay repeat an analysis of each sample, which uses quota.

    A young result is reused, and a running analysis is joined. The request is sent once for an analysis. After a lost
    response, the new job is looked for; if there is none, the message says that the result is not certain. The action
    does not wait: use Wait For Submission with the returned job ids.
    """

    name = "Reanalyze Sample"
    parameters = ReanalyzeParameters
    sentences = {  # noqa: RUF012 - the base class declares a class variable
        "submit": "Successfully started new analyses of the following samples in VMRay: ",
        "reuse": "Reused earlier VMRay results for the following samples: ",
        "join": "The following samples are already being analyzed by VMRay: ",
        "dry_run": "Dry run, the following samples would be analyzed again by VMRay: ",
        "blocked_quota": "Not analyzed again, the VMRay quota is too low: ",
        MISSED: "Action wasn't able to start new analyses of the following samples in VMRay: ",
    }
    none = "No new analyses were started."
    deed = "new analyses were started"
    too_low = "the quota of the API key is too low"

    def batch(self, run: Run, params: ReanalyzeParameters) -> ReanalysisBatch:
        """Return the analyses of the run."""
        tasks = [ReanalysisTask(subject=each) for each in params.subjects(run)]
        return ReanalysisBatch(run.client, run.deadline, tasks, params.rules)

    def facts_of(self, task: ReanalysisTask, source: ReanalysisTask) -> dict[str, Any]:
        """Return the members of a row about the new analysis."""
        return facts_of(task, source)

    def answer_of(self, task: ReanalysisTask, source: ReanalysisTask, facts: Mapping[str, Any]) -> Item:
        """Return the item of an analysis."""
        return answer_of(task, source, facts)

    def overall_outcome(self, outcomes: Sequence[str]) -> str:
        """Return the most urgent outcome."""
        return worst_outcome(outcomes)

    def group_of(self, item: Item) -> str:
        """Return the decision of an item with a result."""
        has_result = item.outcome not in ("failed", "not_found", "blocked_quota", "dry_run", "empty")
        return str(item.facts["decision"]) if has_result else super().group_of(item)

    def notes(self, items: Sequence[Item]) -> list[tuple[str, str]]:
        """Say what cannot be chosen, if an analysis was started."""
        return [_CHOICES] if self.cost(items, None)["submitted"] else []

    def cost(self, items: Sequence[Item], quota_left: int | None) -> dict[str, Any]:
        """Count the jobs that this run started, and the samples whose result was reused."""
        jobs = {item.facts["job_id"] for item in items if item.facts["decision"] == "submit"} - {None}
        reused = {item.facts["sample_id"] for item in items if item.facts["decision"] == "reuse"}
        return cost_of(submitted=len(jobs), reused=len(reused), quota_left=quota_left)


def main() -> None:
    """Run as the platform's process."""
    ReanalyzeSample().start()


if __name__ == "__main__":
    main()
