"""The rows of an item of an action that submits without waiting: one for each submission that belongs to the item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ...core.api.vmray_errors import DeadlineError, SubmitRejectedError, VMRayError
from ...core.api.vmray_models import Submission, text_of
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_outcome import verdict_outcome
from ...core.results.vmray_result import Link
from ...core.results.vmray_sample_fields import web_address
from ...core.submissions.vmray_detonation import Detonation, Stage, TrackedSubmission
from ...core.submissions.vmray_submit_decision import BLOCKED, DRY_RUN, JOIN, REUSE
from ...core.submissions.vmray_submit_entry import Entry

UNRESOLVED: Final = "VMRay did not answer; run the action again, it will find what was stored"
TOO_LOW: Final = "the quota of the API key is too low"
MORE_QUOTA: Final = "Wait for the next period of the quota, or use an API key with more quota."


def items_of(entry: Entry, options: SubmitOptions, fatal: VMRayError | None = None) -> list[Item]:
    """Return the items of the result for one item of the action, and for each entity that shares it.

    Args:
        entry: The item.
        options: The options of its submit: their passwords are removed from the reasons.
        fatal: The error that ended the action; the reason of each item that was not submitted before it.
    """
    return [
        item for facts in (entry.facts, *entry.shared_by) for item in _Rows(entry, {**facts}, options, fatal).items()
    ]


def with_links_once(items: Iterable[Item]) -> list[Item]:
    """Return the items; only the first item of a sample keeps the link to the sample."""
    seen: set[Link] = set()
    found = []
    for item in items:
        found.append(replace(item, links=[each for each in item.links if each not in seen]))
        seen.update(item.links)
    return found


class _Rows:
    """Builds the items of one entry."""

    def __init__(
        self, entry: Entry, facts: Mapping[str, Any], options: SubmitOptions, fatal: VMRayError | None
    ) -> None:
        self._entry = entry
        self._facts = facts
        self._options = options
        self._fatal = fatal

    def items(self) -> Sequence[Item]:
        """Return the items: several for an archive."""
        entry = self._entry
        if entry.error is not None:
            return [self._of_error(entry.error)]
        if entry.decision == REUSE and entry.earlier.finished is not None:
            age = entry.earlier.age_days
            return [self._of_submission(entry.earlier.finished, REUSE, age_days=age)]
        if entry.decision == JOIN and entry.earlier.running is not None:
            return [self._of_submission(entry.earlier.running, JOIN)]
        if entry.decision in (BLOCKED, DRY_RUN):
            return [self._of_unsent()]
        if entry.out_of_quota:
            return [self._item("blocked_quota", reason=self._rejection(), kind="quota", advice=MORE_QUOTA)]
        return self._of_detonation(entry.detonation) if entry.detonation else []

    def _of_detonation(self, detonation: Detonation) -> Sequence[Item]:
        if detonation.submissions or detonation.known_sample_ids:
            ids = [each.submission_id for each in detonation.submissions]
            found = [self._of_tracked(each, ids) for each in detonation.submissions]
            return [*found, *(self._of_known(number) for number in detonation.known_sample_ids)]
        if detonation.stage is Stage.UNRESOLVED:
            return [self._item("pending", reason=UNRESOLVED, kind="uncertain", advice="Run the action again.")]
        return [self._of_error(self._why_not_sent(detonation))]

    def _why_not_sent(self, detonation: Detonation) -> VMRayError:
        """Return why an item has no submission: its own error, the one that ended the action, or the deadline."""
        if self._entry.rejection is not None and not isinstance(self._entry.rejection, DeadlineError):
            return self._entry.rejection
        if detonation.stage is Stage.FAILED:
            return SubmitRejectedError(detonation.reason)
        return self._fatal or self._entry.rejection or DeadlineError()

    def _of_tracked(self, tracked: TrackedSubmission, ids: Sequence[int]) -> Item:
        word = self._entry.decision
        if self._entry.adopted:
            word = REUSE if tracked.finished else JOIN
        link = self._entry.links.get(tracked.sample_id, "")
        return self._item(
            verdict_outcome(tracked.verdict) if tracked.finished else "pending",
            decision=word,
            verdict=tracked.verdict.in_json if tracked.finished else None,
            sample_id=tracked.sample_id,
            submission_id=tracked.submission_id,
            submission_ids=list(ids),
            reused=word == REUSE,
            link=link,
        )

    def _of_submission(self, found: Submission, word: str, age_days: int | None = None) -> Item:
        return self._item(
            verdict_outcome(found.verdict) if found.finished else "pending",
            decision=word,
            verdict=found.verdict.in_json if found.finished else None,
            sample_id=found.sample_id,
            submission_id=found.submission_id,
            submission_ids=[found.submission_id],
            reused=word == REUSE,
            age_days=age_days,
            link=text_of(found.raw, "submission_webif_url"),
        )

    def _of_known(self, sample_id: int) -> Item:
        """Return the item for a sample that VMRay did not analyze again: the result of its newest submission."""
        latest = self._entry.latest.get(sample_id)
        if isinstance(latest, Submission):
            return self._of_submission(latest, REUSE if latest.finished else JOIN)
        reason = f"its latest result could not be read: {latest}" if latest else "none of its submissions is visible"
        kind = latest.kind if latest else ""
        return self._item("unknown", decision=REUSE, sample_id=sample_id, reused=True, reason=reason, kind=kind)

    def _of_unsent(self) -> Item:
        if self._entry.decision == DRY_RUN:
            return self._item("dry_run")
        reason = f"{TOO_LOW}: {self._entry.quota_before} left"
        return self._item("blocked_quota", reason=reason, kind="quota", advice=MORE_QUOTA)

    def _of_error(self, error: VMRayError) -> Item:
        outcome = "not_found" if error.kind == "not_found" else "failed"
        return self._item(outcome, reason=str(error), kind=error.kind, advice=error.remedy)

    def _rejection(self) -> str:
        detonation = self._entry.detonation
        why = str(self._entry.rejection or (detonation.reason if detonation else "")) or str(self._fatal or "")
        return f"{TOO_LOW}: {why}" if why else TOO_LOW

    def _item(self, outcome: str, *, reason: str = "", kind: str = "", advice: str = "", **more: Any) -> Item:  # noqa: ANN401 - members of a row
        """Return an item; the members of its row that are not given say that nothing was submitted."""
        entry = self._entry
        link = web_address(more.pop("link", ""))
        row = {
            **self._facts,
            "decision": entry.decision or None,
            "verdict": None,
            "sample_id": None,
            "submission_id": None,
            "submission_ids": [],
            "reused": False,
            "age_days": None,
            "quota_before": entry.quota_before,
            **more,
            "web_link": link,
        }
        notes = [*entry.notes, *(entry.detonation.notes if entry.detonation else [])]
        told = self._options.without_passwords("; ".join([*([reason] if reason else []), *notes]))
        links = [Link(f"VMRay sample {row['sample_id']}", link)] if link and row["sample_id"] else []
        name = str(self._facts.get("entity") or entry.name)
        return Item(name, outcome, row, reason=told, kind=kind, advice=advice, links=links)
