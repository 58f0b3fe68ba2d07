"""Several items whose requests use quota: look each one up, decide, send each request once, settle what was lost.

The steps follow each other for all items, so that the quota is read once and counts each request of the run. Items
about the same object share one request. Of the requests for one sample, only one is open at a time: otherwise a new job
in VMRay would not tell which of them was executed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import ResultUncertainError, VMRayError
from ...core.api.vmray_request_errors import PermissionDeniedError, RequestRejectedError
from ...core.api.vmray_timing import TIMING
from ...core.submissions.vmray_quota_guard import QuotaGuard
from ...core.submissions.vmray_send_once import BilledRequest, Lost, OnceSender
from ...core.submissions.vmray_submit_decision import DRY_RUN

# The part of the run that is kept for the look-ups after lost responses, at most ``submit_grace``: one of so many.
RESERVED_PART: Final = 4


@dataclass(slots=True)
class BilledTask:
    """One item.

    Attributes:
        sample_id: Its sample, when it is known.
        target: The id of the object that was asked for: items about the same one share one request.
        units: What the request uses of the quota.
        decision: The word of the decision; empty before it, and if there is nothing to do.
        is_decided: Whether the decision was made.
        quota_before: How much was left before this item.
        first: An earlier item about the same object, whose request is also that of this item.
        is_sent: Whether the request may have reached VMRay.
        lost: Why its response was lost, until the result is settled.
        result: The result of the request; None if there is none.
        error: Why there is no result.
        out_of_quota: Whether VMRay rejected the request when no quota was left.
    """

    sample_id: int | None = None
    target: int | None = None
    units: int = 1
    decision: str = ""
    is_decided: bool = False
    quota_before: int | None = None
    first: BilledTask | None = None
    is_sent: bool = False
    lost: Lost | None = None
    result: Any = None
    error: VMRayError | None = None
    out_of_quota: bool = False


# How VMRay may reject a request for which no quota is left (inferred).
_REJECTED: Final = (RequestRejectedError, PermissionDeniedError)
_EARLIER: Final = "an earlier request for this sample was executed; this one was not sent"
Task = TypeVar("Task", bound=BilledTask)


class BilledBatch(ABC, Generic[Task]):
    """The items of one run.

    Attributes:
        send_word: The decision after which the request is sent.
        doubt: What is not certain after a lost response, in words after "not certain whether".
        sender: Sends the requests.
    """

    send_word: ClassVar[str]
    doubt: ClassVar[str]

    def __init__(self, tasks: Sequence[Task], deadline: Deadline, quota: QuotaGuard) -> None:
        """Start with items of which nothing is known yet."""
        self.tasks = tasks
        self.quota = quota
        self._deadline = deadline
        self.sender = OnceSender(deadline)

    @abstractmethod
    def look_up(self, task: Task) -> None:
        """Read what VMRay knows of an item; called from several threads."""

    @abstractmethod
    def decide(self, task: Task, quota_left: int | None) -> str:
        """Return what is done with an item; called once without, and once with what is left of the quota."""

    @abstractmethod
    def request_of(self, task: Task) -> BilledRequest[Any]:
        """Return the request of an item."""

    def review(self, task: Task) -> None:
        """Read what followed from the request of an item."""

    def perform(self) -> None:
        """Look up, decide, send and settle.

        Raises:
            VMRayError: A fatal error; what was found and done before it is in the items.
        """
        with self._deadline.reserving(self._deadline.remaining / 2):  # a slow look-up leaves time for the requests
            for task, found in map_concurrently(self.look_up, self.tasks):
                task.error = found if isinstance(found, VMRayError) else None
        self._decide()
        denied: PermissionDeniedError | None = None
        try:
            self._send_all()
        except PermissionDeniedError as error:
            denied = error
            self._end_after(error)
        if not self._mark_out_of_quota() and denied is not None:
            raise denied

    def problem_of(self, task: Task) -> VMRayError | None:
        """Return why an item has no result; None if it has one, or if nothing prevented it so far."""
        if task.error is None and task.result is None and task.is_sent:
            return ResultUncertainError(self.doubt, task.lost.error if task.lost else None)
        return task.error

    def _decide(self) -> None:
        """Decide in the order of the items; items about the same object share the decision."""
        first: dict[int | None, Task] = {}
        for task in self.tasks:
            if task.error is not None:
                continue
            same = first.get(task.target) if task.target is not None else None
            if same is not None:
                task.first, task.decision = same, same.decision
            else:
                self._decide_about(task)
                first[task.target] = task
            task.is_decided = True

    def _decide_about(self, task: Task) -> None:
        """Decide about one item, and count what it uses.

        Raises:
            VMRayError: The quota could not be read.
        """
        uses_quota = self.decide(task, None) in (self.send_word, DRY_RUN)
        task.quota_before = self.quota.before() if uses_quota else None
        task.decision = self.decide(task, task.quota_before)
        if task.decision == DRY_RUN:
            self.quota.plan(task.units)
        elif task.decision == self.send_word:
            self.quota.use(task.units)

    def _to_send(self) -> list[Task]:
        return [each for each in self.tasks if each.decision == self.send_word and each.first is None]

    def _send_all(self) -> None:
        """Send the requests, and settle those whose response was lost.

        Raises:
            VMRayError: A fatal error.
        """
        for tasks in self._rounds():
            with self._deadline.reserving(min(TIMING.submit_grace, self._deadline.remaining / RESERVED_PART)):
                _all(map_concurrently(self._post, tasks))
            _all(map_concurrently(self._settle, [each for each in tasks if each.lost]))

    def _end_after(self, denied: PermissionDeniedError) -> None:
        """Send no other request, and settle those whose response was lost: reading is still allowed.

        Raises:
            VMRayError: A fatal error.
        """
        for task in self._to_send():
            if task.error is None and not task.is_sent:
                task.error = denied
        _all(map_concurrently(self._settle, [each for each in self._to_send() if each.lost and each.error is None]))

    def _rounds(self) -> Iterator[list[Task]]:
        """Yield items whose requests can be open at the same time: one for each sample."""
        by_sample: dict[int | None, list[Task]] = defaultdict(list)
        for task in self._to_send():
            by_sample[task.sample_id].append(task)
        while by_sample:
            current = {sample_id: tasks.pop(0) for sample_id, tasks in by_sample.items()}
            yield list(current.values())
            for sample_id, task in current.items():
                if isinstance(self.problem_of(task), ResultUncertainError):
                    for later in by_sample[sample_id]:
                        later.error = ResultUncertainError(_EARLIER)
                    by_sample[sample_id].clear()
            by_sample = defaultdict(list, {number: tasks for number, tasks in by_sample.items() if tasks})

    def _post(self, task: Task) -> None:
        request = self.request_of(task)

        def post() -> Any:  # noqa: ANN401 - the result of any request
            task.is_sent = True
            return request.post()

        try:
            found = self.sender.post(request._replace(post=post))
        except VMRayError as error:
            task.is_sent, task.error = False, error
            if error.is_fatal:
                raise
            return
        if isinstance(found, Lost):
            task.lost = found
        else:
            self._finish(task, found)

    def _settle(self, task: Task) -> None:
        assert task.lost is not None  # noqa: S101 - for the type: only such items are settled
        try:
            found = self.sender.settle(self.request_of(task), task.lost)
        except VMRayError as error:
            task.error = error
            if isinstance(error, ResultUncertainError) and error.fatal is not None:
                raise error.fatal from None
            return
        self._finish(task, found)

    def _finish(self, task: Task, result: Any) -> None:  # noqa: ANN401 - the result of any request
        task.result, task.lost = result, None
        self.review(task)

    def _mark_out_of_quota(self) -> bool:
        """Mark the rejected requests, and return True, if the quota is used up: VMRay's text is not documented."""
        rejected = [each for each in self._to_send() if isinstance(each.error, _REJECTED)]
        if not rejected or not self.quota.is_used_up():
            return False
        for each in rejected:
            each.out_of_quota = True
        return True


def _all(outcomes: Iterator[tuple[Any, Any]]) -> None:
    """Wait for all outcomes.

    Raises:
        VMRayError: A fatal error.
    """
    for _ in outcomes:
        pass
