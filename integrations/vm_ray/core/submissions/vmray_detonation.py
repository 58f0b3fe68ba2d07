"""One item's way through VMRay: submit, wait, ready or failed. A pure state machine that survives between two runs.

    WAITING ──submitted──▶ RUNNING ──all submissions finished──▶ READY
       │  ╲                                                        ▲
       │   ╲──answer lost──▶ UNRESOLVED ──found or sent again──────┤ (through RUNNING)
       │                                                           │
       ├──known, nothing to do────────────────────────────────────▶╯
       ╰──refused──▶ FAILED

An item is a URL or a file. It can become several submissions: an archive at once, an e-mail or a URL later, when VMRay
submits what it found inside (children). The item is ready when all of them are finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from ...core.api.vmray_models import Submission, SubmitResponse
from ...core.api.vmray_text import one_line

MAX_FOLLOWED: Final = 1_000
MAX_NOTES: Final = 20
MAX_REFUSED: Final = 10


class Stage(Enum):
    """Where an item is."""

    WAITING = "waiting"
    UNRESOLVED = "unresolved"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


@dataclass(slots=True)
class TrackedSubmission:
    """One submission of an item.

    Attributes:
        parent_id: The submission that VMRay made it out of; None for one of the item's own.
        followed: Whether its children were asked for, once it had finished.
        gone: Whether VMRay no longer knows it, because somebody deleted it; nothing more will come of it.
    """

    submission_id: int
    sample_id: int
    parent_id: int | None = None
    finished: bool = False
    has_errors: bool = False
    verdict_only: bool = False
    children_fetched: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Detonation:
    """One item and all that VMRay made of it.

    Attributes:
        item: The URL as submitted, or the path of the file.
        name: What the analyst knows it by: the entity's identifier, or the path.
        key: What its submissions carry in their metadata.
        submissions: Its submissions, the item's own first.
        known_sample_ids: Its samples that needed no submission, because VMRay knew them.
        unresolved_until: For UNRESOLVED: Unix seconds after which a submission that is not found was not stored.
        reason: Why it failed.
        trouble: What kept it from being submitted, or from being asked about, last time; empty where nothing did.
        unresolved_until: For UNRESOLVED: Unix seconds after which a submission that is not found was not stored.
        superseded_ids: For UNRESOLVED: older submissions with the same key, which are not the lost one.
        notes: What an analyst should know about it.
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

    @property
    def pending(self) -> bool:
        """Whether more has to happen before it can be reported."""
        return self.stage in (Stage.WAITING, Stage.UNRESOLVED, Stage.RUNNING)

    @property
    def unfinished(self) -> list[int]:
        """The ids of its submissions that are not finished."""
        return [part.submission_id for part in self.submissions if not part.finished]

    @property
    def unfollowed(self) -> list[TrackedSubmission]:
        """Its finished submissions whose children are not known yet."""
        return [part for part in self.submissions if part.finished and not part.children_fetched]

    @property
    def submission_id(self) -> int | None:
        """The id of its first submission that VMRay still knows, else of its first."""
        return next((part.submission_id for part in sorted(self.submissions, key=lambda part: part.deleted)), None)

    @property
    def sample_ids(self) -> list[int]:
        """All samples it became, its own first, each once."""
        return list(
            dict.fromkeys([*self.known_sample_ids, *(part.sample_id for part in self.submissions if not part.deleted)])
        )

    @property
    def finished_sample_ids(self) -> list[int]:
        """Those of them that have a result: a submission has finished, or VMRay knew it and makes no new analysis."""
        finished = {part.sample_id for part in self.submissions if part.finished}
        running = {part.sample_id for part in self.submissions if not part.finished}
        return [each for each in self.sample_ids if each in finished or each not in running]

    @property
    def own_sample_ids(self) -> list[int]:
        """The samples that the item itself became, without what VMRay found inside."""
        inside = {part.sample_id for part in self.submissions if part.parent_id is not None and not part.deleted}
        return [each for each in self.sample_ids if each not in inside or each in self.known_sample_ids]

    @property
    def why_unfinished(self) -> str:
        """Why it has no result, or not all of it, for an item that is pending at the end or has failed."""
        match self.stage:
            case Stage.FAILED:
                return self.reason
            case Stage.WAITING:
                return f"not submitted in time{self._last_error_suffix}"
            case Stage.UNRESOLVED:
                return "the response to the submission was lost and VMRay lists no matching submission yet"
            case _:
                return self.late(*self.unfinished)

    def late(self, *submission_ids: int) -> str:
        """Say that submissions of it are not finished at the end."""
        return (
            f"analysis not finished in time, submission {', '.join(map(str, submission_ids))}{self._last_error_suffix}"
        )

    @property
    def _last_error_suffix(self) -> str:
        return f"; {self.last_error}" if self.last_error else ""

    def submitted(self, answer: SubmitResponse) -> None:
        """Take VMRay's answer to the submit: follow what was accepted, note what was refused beside it."""
        for submission in answer.submissions:
            self.follow(submission)
        self.known_sample_ids = [each for each in answer.known_sample_ids if each not in self.sample_ids]
        self.unchecked_sample_ids = list(self.known_sample_ids)
        self.stage, self.last_error = Stage.RUNNING, ""
        if self.submissions or self.known_sample_ids:
            self._refused(answer.errors)
        if self.known_sample_ids:
            which = "" if len(self.sample_ids) == 1 else f"{len(self.known_sample_ids)} samples are "
            self.note(f"{which}already known to VMRay, not analyzed again; showing the latest result")
        elif not self.submissions:
            reasons = "; ".join(why for _, why in answer.errors if why)
            self.failed(f"VMRay rejected the submission: {reasons or 'no reason given'}")

    def _refused(self, errors: Sequence[tuple[str, str]]) -> None:
        """Note what VMRay refused beside what it accepted."""
        for name, why in errors[:MAX_REFUSED]:
            self.note(f"VMRay rejected {name or 'one item'}: {why or 'no reason given'}")
        if len(errors) > MAX_REFUSED:
            self.note(f"VMRay rejected {len(errors) - MAX_REFUSED} more items")

    def unresolved(self, unresolved_until: float, superseded_ids: Iterable[int] = ()) -> None:
        """Record that the response was lost, and which submissions with the same key are not the lost one."""
        self.stage, self.unresolved_until, self.superseded_ids = (
            Stage.UNRESOLVED,
            unresolved_until,
            list(superseded_ids),
        )

    def failed(self, reason: str) -> None:
        """End here."""
        self.stage, self.reason = Stage.FAILED, one_line(reason)

    def update(self, submission: Submission) -> None:
        """Take the present state of one of its submissions."""
        self.last_error = ""
        for part in self.submissions:
            if part.submission_id == submission.submission_id:
                part.finished = submission.finished
                part.has_errors = submission.has_errors
                part.verdict_only = submission.verdict_only

    def mark_deleted(self, submission_id: int) -> None:
        """Stop waiting for a submission that VMRay no longer knows; without another one the item has failed."""
        for part in self.submissions:
            if part.submission_id == submission_id:
                part.finished = part.children_fetched = part.deleted = True
        if self.sample_ids:
            self.note(no_longer_known(submission_id))
        else:
            self.failed(no_longer_known(submission_id))

    def record_latest(self, sample_id: int, newest: Submission | None) -> None:
        """Take the newest submission of a sample that VMRay knew: it may still be running."""
        self.unchecked_sample_ids.remove(sample_id)
        self.last_error = ""
        if newest is not None:
            self.follow(newest)

    def children(self, part: TrackedSubmission, found: Iterable[Submission]) -> None:
        """Take the submissions that VMRay made out of one submission; each is followed once, also in a circle."""
        part.children_fetched = True
        self.last_error = ""
        for submission in found:
            self.follow(submission)

    def stop_tracking_children(self) -> None:
        """Stop asking what VMRay made out of it: what is known of it has to do."""
        if (self.unfollowed or self.unchecked_sample_ids) and self.last_error:
            self.note(self.last_error)
        self.unchecked_sample_ids.clear()
        for part in self.unfollowed:
            part.children_fetched = True
        self.settle()

    def settle(self) -> None:
        """Become ready when nothing is left to wait for."""
        if self.stage is Stage.RUNNING and not (self.unfinished or self.unfollowed or self.unchecked_sample_ids):
            self.stage = Stage.READY

    def note(self, text: str) -> None:
        """Keep something the analyst should know, once, and not without end."""
        line = one_line(text)
        if line and line not in self.notes and len(self.notes) < MAX_NOTES:
            self.notes.append(line)

    def follow(self, submission: Submission) -> None:
        """Wait for one more submission of it."""
        if any(part.submission_id == submission.submission_id for part in self.submissions):
            return
        if len(self.submissions) >= MAX_FOLLOWED and submission.parent_id is not None:
            self.note(
                f"VMRay created more than {MAX_FOLLOWED} submissions; the others are not tracked and not in the verdict"
            )
            return
        self.submissions.append(TrackedSubmission(submission.submission_id, submission.sample_id, submission.parent_id))
        self.update(submission)


def no_longer_known(submission_id: int) -> str:
    """Say that a submission was deleted at VMRay."""
    return f"submission {submission_id} no longer exists in VMRay"
