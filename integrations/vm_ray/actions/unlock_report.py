"""Unlock Report: unlock the reports of samples that were bought as a verdict only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.results.vmray_item_result import Item
from ..core.results.vmray_outcome import fetch_outcome
from ..core.results.vmray_quota import cost_of
from ..core.soar.vmray_billed_action import MISSED, BilledAction
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_unlock_items import answer_of, facts_of
from ..core.soar.vmray_unlocking import UnlockBatch, UnlockParameters, UnlockTask


class UnlockReport(BilledAction[UnlockParameters, UnlockTask]):
    """Unlocks the reports of samples, which uses report quota.

    The request is sent once for a sample. After a lost response the lock is read instead; if nothing has changed, the
    message says that the result is not certain. A sample without locked reports costs nothing.
    """

    name = "Unlock Report"
    parameters = UnlockParameters
    sentences = {  # noqa: RUF012 - the base class declares a class variable
        "done": "Successfully unlocked the reports of the following samples in VMRay: ",
        "dry_run": "Dry run, the reports of the following samples would be unlocked in VMRay: ",
        "blocked_quota": "Not unlocked, the VMRay report quota is too low: ",
        MISSED: "Action wasn't able to unlock the reports of the following samples in VMRay: ",
    }
    none = "No reports were unlocked."
    deed = "samples were unlocked"
    too_low = "the report quota is too low"

    def batch(self, run: Run, params: UnlockParameters) -> UnlockBatch:
        """Return the samples of the run."""
        tasks = [UnlockTask(subject=each) for each in params.subjects(run)]
        return UnlockBatch(run.client, run.deadline, tasks, params.rules)

    def facts_of(self, task: UnlockTask, source: UnlockTask) -> dict[str, Any]:
        """Return the members of a row about the unlock."""
        return facts_of(task, source)

    def answer_of(self, task: UnlockTask, source: UnlockTask, facts: Mapping[str, Any]) -> Item:
        """Return the item of a sample."""
        return answer_of(task, source, facts)

    def overall_outcome(self, outcomes: Sequence[str]) -> str:
        """Return `done` if any sample is done, else the most urgent outcome."""
        return fetch_outcome(outcomes)

    def cost(self, items: Sequence[Item], quota_left: int | None) -> dict[str, Any]:
        """Count the samples that this run unlocked."""
        unlocked = {item.facts["sample_id"] for item in items if item.facts["unlocked_analysis_ids"]}
        return cost_of(unlocked=len(unlocked), quota_left=quota_left)


def main() -> None:
    """Run as the platform's process."""
    UnlockReport().start()


if __name__ == "__main__":
    main()
