"""One item from its submission to its result: a pure state machine, whose state is kept between two runs.

    WAITING ──submitted──▶ RUNNING ──all submissions finished──▶ READY
       │  ╲                                                        ▲
       │   ╲──response lost──▶ UNRESOLVED ──found or sent again────┤ (through RUNNING)
       │                                                           │
       ├──sample exists, no new analysis──────────────────────────▶╯
       ╰──rejected──▶ FAILED

An item is a URL or a file. It can lead to several submissions: an archive at once, an e-mail or a URL later, when VMRay
submits what it found inside (children). The item is ready when all of its submissions are finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from ...core.api.vmray_models import Submission, SubmitResponse, optional_id, text_of
from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import Verdict, worst

MAX_TRACKED: Final = 1_000
MAX_NOTES: Final = 20
MAX_REJECTED: Final = 10
MAX_STATUS: Final = 60


class Stage(Enum):
    """The stages of an item."""

    WAITING = "waiting"
    UNRESOLVED = "unresolved"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


@dataclass(slots=True)
class TrackedSubmission:
    """One submission of an item.

    Attributes:
        sample_id: Its sample; 0 before VMRay returned it.
        parent_id: The submission from which VMRay created this one; None for a submission of the item itself.
        children_fetched: Whether its children were listed after it had finished.
        deleted: Whether the submission no longer exists in VMRay, because somebody deleted it.
        children_rejected: Whether the request for its children failed once, so that the next failure is the last one.
        verdict: The last verdict that VMRay returned for the submission, also before it was finished.
        status: VMRay's word for its status; empty for a server without this word.
        consumed_quota: The quota that VMRay booked for it; None for a server without this number.
        origin_id: For a submission of the item itself: the submission from which VMRay created it, if there is one.
    """

    submission_id: int
    sample_id: int
    parent_id: int | None = None
    finished: bool = False
    has_errors: bool = False
    verdict_only: bool = False
    children_fetched: bool = False
    deleted: bool = False
    children_rejected: bool = False
    verdict: Verdict = Verdict.NONE
    status: str = ""
    consumed_quota: int | None = None
    origin_id: int | None = None

    @property
    def is_unread(self) -> bool:
        """Whether VMRay returned nothing about it yet, because only its id was given."""
        return not self.sample_id

    @property
    def no_longer_known(self) -> str:
        """The sentence about a submission that was deleted in VMRay."""
        return f"submission {self.submission_id} no longer exists in VMRay"

    @property
    def told_verdict(self) -> str:
        """What VMRay returned about the verdict, for a reason why there is no other result; empty for none."""
        return (
            "" if self.verdict == Verdict.NONE else f"; verdict of submission {self.submission_id}: {self.verdict.told}"
        )


@dataclass(slots=True)
class Detonation:
    """One item, and the submissions and samples that belong to it.

    Attributes:
        item: The URL as submitted, or the path of the file.
        name: The name for the analyst: the identifier of the entity, or the path.
        key: The idempotency key in the metadata of its submissions.
        submissions: Its submissions; those of the item itself come first.
        known_sample_ids: Its samples that needed no submission, because VMRay already had them.
        unchecked_sample_ids: Those of them whose newest submission was not read yet.
        unreached_sample_ids: Those of them for which VMRay could not be reached once.
        reason: Why the item failed.
        last_error: The last error that prevented a submit or a status request; empty if there was none.
        unresolved_until: For UNRESOLVED: Unix seconds after which a submission that is not found was not stored.
        superseded_ids: For UNRESOLVED: older submissions with the same key, which are not the lost one.
        notes: Notes for the analyst.
        shared_by: The names of further entities with the same URL.
    """

    item: str
    name: str
    key: str
    stage: Stage = Stage.WAITING
    submissions: list[TrackedSubmission] = field(default_factory=list)
    known_sample_ids: list[int] = field(default_factory=list)
    unchecked_sample_ids: list[int] = field(default_factory=list)
    reason: str = ""
    last_error: str = ""
    unresolved_until: float = 0.0
    superseded_ids: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shared_by: list[str] = field(default_factory=list)
    unreached_sample_ids: list[int] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The names of all entities that this item stands for."""
        return [self.name, *self.shared_by]

    @property
    def pending(self) -> bool:
        """Whether the item needs more requests before it can be reported."""
        return self.stage in (Stage.WAITING, Stage.UNRESOLVED, Stage.RUNNING)

    @property
    def unfinished(self) -> list[int]:
        """The ids of its submissions that are not finished."""
        return [tracked.submission_id for tracked in self.submissions if not tracked.finished]

    @property
    def without_listed_children(self) -> list[TrackedSubmission]:
        """Its finished submissions whose children were not listed yet."""
        return [tracked for tracked in self.submissions if tracked.finished and not tracked.children_fetched]

    @property
    def submission_id(self) -> int | None:
        """The id of its first submission that still exists in VMRay, else of its first submission."""
        return next(
            (tracked.submission_id for tracked in sorted(self.submissions, key=lambda tracked: tracked.deleted)), None
        )

    @property
    def sample_ids(self) -> list[int]:
        """The ids of all its samples, those of the item itself first, each once."""
        return list(
            dict.fromkeys(
                [*self.known_sample_ids, *(tracked.sample_id for tracked in self.submissions if not tracked.deleted)]
            )
        )

    @property
    def finished_sample_ids(self) -> list[int]:
        """The ids of the samples with a result: the submission has finished, or VMRay creates no new analysis."""
        finished = {tracked.sample_id for tracked in self.submissions if tracked.finished}
        running = {tracked.sample_id for tracked in self.submissions if not tracked.finished}
        return [each for each in self.sample_ids if each in finished or each not in running]

    @property
    def own_sample_ids(self) -> list[int]:
        """The ids of the samples of the item itself, without those that VMRay found inside."""
        inside = {
            tracked.sample_id for tracked in self.submissions if tracked.parent_id is not None and not tracked.deleted
        }
        return [each for each in self.sample_ids if each not in inside or each in self.known_sample_ids]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict that VMRay returned for any of its submissions so far, finished or not."""
        return worst(tracked.verdict for tracked in self.submissions)

    @property
    def why_unfinished(self) -> str:
        """Why the item has no result, or only a part of it: for an item that failed or is pending at the end."""
        match self.stage:
            case Stage.FAILED:
                return self.reason
            case Stage.WAITING:
                return f"not submitted in time{self._last_error_suffix}"
            case Stage.UNRESOLVED:
                lost = "the response to the submission was lost and VMRay lists no matching submission yet"
                return f"{lost}{self._last_error_suffix}"
            case _:
                return self.late(*self.unfinished)

    def late(self, *submission_ids: int) -> str:
        """Return the reason for submissions that are not finished at the end."""
        numbers = ", ".join(map(str, submission_ids))
        so_far = worst(tracked.verdict for tracked in self.submissions if tracked.submission_id in submission_ids)
        verdict = "" if so_far == Verdict.NONE else f"; verdict so far: {so_far.told}"
        return f"analysis not finished in time, submission {numbers}{verdict}{self._last_error_suffix}"

    @property
    def _last_error_suffix(self) -> str:
        return f"; {self.last_error}" if self.last_error else ""

    def submitted(self, response: SubmitResponse) -> None:
        """Record VMRay's response to the submit: track accepted submissions, add a note about rejected ones."""
        for submission in response.submissions:
            self.track(submission)
        self.known_sample_ids = [each for each in response.known_sample_ids if each not in self.sample_ids]
        self.unchecked_sample_ids = list(self.known_sample_ids)
        self.stage, self.last_error = Stage.RUNNING, ""
        if self.submissions or self.known_sample_ids:
            self._note_rejected(response.errors)
        if self.known_sample_ids:
            which = "" if len(self.sample_ids) == 1 else f"{len(self.known_sample_ids)} samples are "
            self.note(f"{which}already known to VMRay, not analyzed again; showing the latest result")
        elif not self.submissions:
            reasons = "; ".join(why for _, why in response.errors if why)
            self.failed(f"VMRay rejected the submission: {reasons or 'no reason given'}")

    def _note_rejected(self, errors: Sequence[tuple[str, str]]) -> None:
        """Add notes about the parts that VMRay rejected while it accepted others."""
        for name, why in errors[:MAX_REJECTED]:
            self.note(f"VMRay rejected {name or 'one item'}: {why or 'no reason given'}")
        if len(errors) > MAX_REJECTED:
            self.note(f"VMRay rejected {len(errors) - MAX_REJECTED} more items")

    def unresolved(self, unresolved_until: float, superseded_ids: Iterable[int] = ()) -> None:
        """Record that the response was lost, and which submissions with the same key are not the lost one."""
        self.stage, self.unresolved_until, self.superseded_ids = (
            Stage.UNRESOLVED,
            unresolved_until,
            list(superseded_ids),
        )

    def failed(self, reason: str) -> None:
        """Set the stage to FAILED, with the reason."""
        self.stage, self.reason = Stage.FAILED, one_line(reason)

    def update(self, submission: Submission) -> None:
        """Record the current state of one of its submissions."""
        self.last_error = ""
        for tracked in self.submissions:
            if tracked.submission_id == submission.submission_id:
                tracked.finished = submission.finished
                tracked.has_errors = submission.has_errors
                tracked.verdict_only = submission.verdict_only
                tracked.sample_id = tracked.sample_id or submission.sample_id
                tracked.status = one_line(text_of(submission.raw, "submission_status"), MAX_STATUS)
                tracked.consumed_quota = optional_id(submission.raw, "submission_consumed_quota")
                tracked.origin_id = submission.parent_id if tracked.parent_id is None else None
                if submission.verdict != Verdict.NONE:  # a verdict that VMRay returned once is not forgotten
                    tracked.verdict = submission.verdict

    def mark_deleted(self, submission_id: int) -> None:
        """Stop waiting for a submission that no longer exists in VMRay; if the item has no other, it has failed."""
        for tracked in self.submissions:
            if tracked.submission_id == submission_id:
                tracked.finished = tracked.children_fetched = tracked.deleted = True
                if self.sample_ids:
                    self.note(tracked.no_longer_known)
                else:
                    self.failed(f"{tracked.no_longer_known}{tracked.told_verdict}")

    def record_latest(self, sample_id: int, newest: Submission | None) -> None:
        """Record the newest submission of a sample that VMRay already had: the submission may still be running."""
        self.unchecked_sample_ids.remove(sample_id)
        self.unreached_sample_ids = [each for each in self.unreached_sample_ids if each != sample_id]
        self.last_error = ""
        if newest is not None:
            self.track(newest)

    def children(self, tracked: TrackedSubmission, found: Iterable[Submission]) -> None:
        """Record the children of one submission; each is tracked once, even if they refer to each other."""
        tracked.children_fetched = True
        self.last_error = ""
        for submission in found:
            self.track(submission)

    def stop_tracking_children(self) -> None:
        """Stop listing children; the submissions that are tracked by now are enough."""
        if (self.without_listed_children or self.unchecked_sample_ids) and self.last_error:
            self.note(self.last_error)
        self.unchecked_sample_ids.clear()
        for tracked in self.without_listed_children:
            tracked.children_fetched = True
        self.settle()

    def settle(self) -> None:
        """Set the stage to READY if the item waits for nothing more."""
        if self.stage is Stage.RUNNING and not (
            self.unfinished or self.without_listed_children or self.unchecked_sample_ids
        ):
            self.stage = Stage.READY

    def note(self, text: str) -> None:
        """Add a note for the analyst, each text once, up to a limit."""
        line = one_line(text)
        if line and line not in self.notes and len(self.notes) < MAX_NOTES:
            self.notes.append(line)

    def track(self, submission: Submission) -> None:
        """Track one more submission."""
        if any(tracked.submission_id == submission.submission_id for tracked in self.submissions):
            return
        if len(self.submissions) >= MAX_TRACKED and submission.parent_id is not None:
            self.note(
                f"VMRay created more than {MAX_TRACKED} submissions; the others are not tracked and not in the verdict"
            )
            return
        self.submissions.append(TrackedSubmission(submission.submission_id, submission.sample_id, submission.parent_id))
        self.update(submission)
