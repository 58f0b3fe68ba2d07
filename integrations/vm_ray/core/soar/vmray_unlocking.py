"""Unlock the reports of samples: which samples, what VMRay knows of their lock, and the request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_request_errors import NotFoundError, NotOfferedError
from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_sample_fields import web_link
from ...core.soar.vmray_billed_action import BilledParameters, SubjectTask
from ...core.soar.vmray_parameters import boolean, param, whole_number
from ...core.soar.vmray_submit_controls import VERDICTS
from ...core.submissions.vmray_billed_batch import BilledBatch
from ...core.submissions.vmray_quota_guard import QuotaGuard
from ...core.submissions.vmray_send_once import BilledRequest
from ...core.submissions.vmray_unlock_decision import UNLOCK, Lock, UnlockRules, decide_unlock, lock_of

MINIMUM: Final = "Minimum Remaining Report Quota"


@dataclass(frozen=True)
class UnlockParameters(BilledParameters):
    """The samples, and whose reports are worth their price."""

    verdicts: tuple[str, ...] = param("Unlock Verdicts", VERDICTS, default="Malicious, Suspicious")
    minimum_quota: int | None = param(MINIMUM, whole_number(0))
    dry_run: bool = param("Dry Run", boolean(), default="false")

    @property
    def rules(self) -> UnlockRules:
        """The rules for the decision."""
        return UnlockRules(frozenset(self.verdicts), self.minimum_quota, self.dry_run)


class Unlocked(NamedTuple):
    """The result of an unlock.

    Attributes:
        ids: The analyses that VMRay unlocked, or is unlocking.
        after: The lock after it; None if it was not read.
    """

    ids: tuple[int, ...]
    after: Lock | None = None


@dataclass(slots=True, kw_only=True)
class UnlockTask(SubjectTask):
    """One sample.

    Attributes:
        verdict: Its verdict; None until it is read.
        lock: The lock of its reports before the request.
        link: Its address in VMRay's web interface.
    """

    verdict: Verdict | None = None
    lock: Lock | None = None
    link: str | None = None


class UnlockBatch(BilledBatch[UnlockTask]):
    """The samples of one run."""

    send_word = UNLOCK
    doubt = "it was unlocked"

    def __init__(self, client: Client, deadline: Deadline, tasks: Sequence[UnlockTask], rules: UnlockRules) -> None:
        """Start with samples of which nothing is known yet."""
        super().__init__(tasks, deadline, QuotaGuard(lambda: _reports_left(client), MINIMUM, rules.minimum_quota))
        self._client = client
        self._rules = rules

    def look_up(self, task: UnlockTask) -> None:
        """Read the sample and its analyses."""
        sample = task.subject.sample(self._client)
        task.sample_id = task.target = sample.sample_id
        task.verdict, task.link = sample.verdict, web_link(sample.raw)
        task.lock = lock_of(self._client.list_analyses_of_sample(sample.sample_id))
        task.units = len(task.lock.locked)  # VMRay does not document whether a sample or each analysis counts

    def decide(self, task: UnlockTask, quota_left: int | None) -> str:
        """Return what is done with a sample."""
        return decide_unlock(task.lock or Lock(), task.verdict or Verdict.NONE, self._rules, quota_left)

    def request_of(self, task: UnlockTask) -> BilledRequest[Unlocked]:
        """Return the request for a sample."""
        number, before = task.sample_id or 0, task.lock or Lock()

        def post() -> Unlocked:
            try:
                return Unlocked(tuple(self._client.unlock_reports(number)))
            except NotFoundError:  # the sample was read just now
                raise NotOfferedError("unlocking") from None

        def find() -> Unlocked | None:
            after = lock_of(self._client.list_analyses_of_sample(number))
            changed = changed_ids(before, after)
            return Unlocked(changed, after) if changed else None

        return BilledRequest(post, find, self.doubt)

    def review(self, task: UnlockTask) -> None:
        """Read the lock after the request: VMRay can take some time."""
        if task.result.after is None:
            number = task.sample_id or 0
            found = read_optional("the lock", lambda: lock_of(self._client.list_analyses_of_sample(number)))
            if not isinstance(found, Missing):
                ids = task.result.ids or changed_ids(task.lock or Lock(), found)
                task.result = Unlocked(ids, found)


def changed_ids(before: Lock, after: Lock) -> tuple[int, ...]:
    """Return the analyses that were locked, and are not any more; one that was deleted was not unlocked."""
    return tuple(number for number in before.locked if number in (*after.unlocking, *after.readable))


def _reports_left(client: Client) -> int | None:
    """Return how many reports are left; None for no limit.

    Raises:
        VMRayError: The quota could not be read.
    """
    report = client.get_billing_info().report
    if isinstance(report, VMRayError):
        raise report
    return report.left
