"""The items that an action submits: new ones with their key, and what is said of those that exist in VMRay."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.api.vmray_submit_options import SubmitOptions
from ...core.api.vmray_verdicts import Verdict
from ...core.soar.vmray_run import Run
from ...core.submissions.vmray_detonation import Detonation, Stage
from ...core.submissions.vmray_submission_key import ItemFacts, submission_key


def new_detonation(run: Run, action: str, name: str, facts: ItemFacts, options: SubmitOptions) -> Detonation:
    """Return an item that is not submitted yet, with its idempotency key."""
    key = submission_key(run.siemplify.case_id, run.siemplify.alert_id, action, facts, options)
    return Detonation(facts.item, name, key)


def existing_submissions(detonations: Sequence[Detonation]) -> list[tuple[str, str]]:
    """Return a detail for each item that VMRay stored or may have stored, for an action that ends without a report."""
    stored = [each for each in detonations if each.submissions or each.stage is Stage.UNRESOLVED]
    return [(name, _kept(each)) for each in stored for name in each.names]


def _kept(detonation: Detonation) -> str:
    if not detonation.submissions:
        return detonation.why_unfinished
    numbers = ", ".join(str(part.submission_id) for part in detonation.submissions)
    verdict = "" if detonation.verdict == Verdict.NONE else f"; verdict: {detonation.verdict.told}"
    return f"kept in VMRay: submission {numbers}{verdict}"
