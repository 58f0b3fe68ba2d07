"""A submit happens once: what to do when it is not known whether VMRay stored a submission.

Every detonation costs quota, so a submit is never simply repeated. Each carries a key of our own in
``submission_metadata``. When an answer is lost, VMRay is asked for that key; a submission that is found is adopted, and
only when it is certain that none was stored is the submit made again. Certain means:

* the connection was never made, or the server refused with 4xx: nothing was stored;
* the connection broke, or the server failed: the look-ups find nothing while ``submit_lookups`` go by;
* the server stayed silent, or a proxy lost patience with it (504): the same, but for ``submit_grace``, since it may
  still be at work. That may take until the next run, so it is kept in the action's state. So is a submit that could
  not be looked up, or not before the run's time was up.

The periods are inferred: VMRay does not document how long after its answer was lost a submission may still appear.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from ...core.api.vmray_backoff import back_off
from ...core.api.vmray_client import Client
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import (
    DeadlineError,
    NotFoundError,
    RateLimitedError,
    RequestError,
    RequestRejectedError,
    ResponseTimeoutError,
    SubmitRejectedError,
    SubmitUnresolvedError,
)
from ...core.api.vmray_models import Submission, SubmitResponse
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.api.vmray_timing import TIMING
from ...core.submissions.vmray_reuse import is_reusable, latest_batch, without_children
from ...core.submissions.vmray_sources import Source
from ...core.submissions.vmray_submission_key import has_key, metadata_with

UNKNOWN_PARAMETER: Final = 400
MAX_SUBMITS: Final = 4
MAX_RATE_LIMITED_SUBMITS: Final = 12
GATEWAY_TIMEOUT: Final = 504
# As many as VMRay gives of one list; it cuts them into pages, and only those of a large archive are all read.
NEWEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class SubmitRequest:
    """One thing to submit.

    Attributes:
        key: See ``vmray_submission_key``.
        options: Tags and comment; the key is added to them.
        source: What is submitted.
    """

    key: str
    options: SubmitOptions
    source: Source

    def owns(self, submission: Submission) -> bool:
        """Tell whether a submission came of this submit."""
        return has_key(submission, self.key)


@dataclass(slots=True)
class Submitter:
    """Submits things once, with one client, within one run."""

    client: Client
    deadline: Deadline
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC).replace(tzinfo=None))

    def submit(self, one: SubmitRequest) -> tuple[SubmitResponse, bool]:
        """Submit, unless an earlier run of the same action on the same input did so already.

        Returns:
            VMRay's answer, and whether it is an earlier submission that was adopted.

        Raises:
            SubmitRejectedError: VMRay stored nothing and said why.
            SubmitUnresolvedError: It is not yet certain what VMRay stored; ask ``resolve`` in a later run.
            VMRayError: Another cause, with nothing stored.
        """
        # A look-up that was refused proves nothing: the other ways count as well before anything is submitted.
        earlier = self._by_metadata(one)
        if earlier is None:
            earlier = self._by_other_means(one)
        act = latest_batch(earlier)
        if is_reusable(act, self.now()):
            return _adopted(act), True
        return self._send(one, {each.submission_id for each in earlier}), False

    def resolve(
        self, one: SubmitRequest, unresolved_until: float, superseded_ids: Collection[int] = ()
    ) -> SubmitResponse:
        """Go on with a submit whose answer was lost in an earlier run.

        Args:
            one: The same submit again.
            unresolved_until: Unix seconds after which a submission that is not found was not stored.
            superseded_ids: Older submissions with the same key, which are not the lost one.
        """
        try:
            found = self._look_up(one, superseded_ids)
        except RequestError as cause:
            if cause.is_fatal:
                raise
            raise SubmitUnresolvedError(cause, max(0.0, unresolved_until - time.time()), superseded_ids) from None
        if found:
            return _adopted(found)
        if time.time() < unresolved_until:
            raise SubmitUnresolvedError(
                ResponseTimeoutError("VMRay did not respond"), unresolved_until - time.time(), superseded_ids
            )
        return self._send(one, superseded_ids)

    def _send(self, one: SubmitRequest, superseded_ids: Collection[int]) -> SubmitResponse:
        options = one.options._replace(metadata=metadata_with(one.key))
        attempt = 0
        last: RequestError | None = None
        while True:
            attempt += 1
            try:
                self.deadline.check()
                return one.source.submit(self.client, options)
            except DeadlineError:
                raise DeadlineError(last) from None
            except RequestError as error:
                last = error
                error.attempts = attempt
                if not error.not_executed:
                    if found := self._settled(one, error, superseded_ids):
                        return _adopted(found)
                elif not error.retryable:
                    raise _refused(error) from None
                if attempt >= (MAX_RATE_LIMITED_SUBMITS if isinstance(error, RateLimitedError) else MAX_SUBMITS):
                    raise
                self._wait(error, attempt)

    def _wait(self, error: RequestError, attempt: int) -> None:
        """Wait before the next submit; where the server named a moment, the gate keeps to it."""
        if isinstance(error, RateLimitedError) or error.retry_after is not None:
            return
        pause = back_off(attempt)
        if self.deadline.remaining <= pause:
            raise DeadlineError(error)
        self.sleep(pause)

    def _settled(self, one: SubmitRequest, error: RequestError, superseded_ids: Collection[int]) -> list[Submission]:
        """Look for the submission until it is certain that there is none, or that no more of an archive are coming.

        Returns:
            What was found; an empty list when it is certain that nothing was stored.
        """
        if error.is_fatal:
            raise error
        unresolved = SubmitUnresolvedError(error, TIMING.submit_grace, superseded_ids)
        found: list[Submission] = []
        pauses = list(TIMING.submit_lookups)
        while pauses or found:
            pause = pauses.pop(0) if pauses else TIMING.submit_recheck
            try:
                self.deadline.check(pause)
                self.sleep(pause)
                seen = self._look_up(one, superseded_ids)
            except (DeadlineError, RequestError) as cause:
                if found:
                    return found
                raise (cause if cause.is_fatal else unresolved) from None
            if found and len(seen) <= len(found):
                return found
            found = seen
        if isinstance(error, ResponseTimeoutError) or error.status == GATEWAY_TIMEOUT:
            raise unresolved
        if isinstance(error, RequestRejectedError):
            raise _refused(error)
        return []

    def _look_up(self, one: SubmitRequest, superseded_ids: Collection[int]) -> list[Submission]:
        """Find the submission by all means: metadata, then the sample's hash, then the newest submissions."""
        found = self._by_metadata(one) or self._by_other_means(one)
        return [each for each in found if each.submission_id not in superseded_ids]

    def _by_other_means(self, one: SubmitRequest) -> list[Submission]:
        found: list[Submission] = []
        sha256 = one.source.sha256()
        for sample in self.client.find_samples(sha256) if sha256 else ():
            found += self.client.list_submissions_of_sample(sample.sample_id)
        return list(filter(one.owns, found)) or list(
            filter(one.owns, self.client.list_newest_submissions(NEWEST, one.owns))
        )

    def _by_metadata(self, one: SubmitRequest) -> list[Submission] | None:
        """Return the submissions with its key; None where the server does not filter by metadata."""
        answered = self._answered_by_metadata(one)
        if answered is None:
            return None
        found = list(filter(one.owns, answered))
        return found if found or not answered else None

    def _answered_by_metadata(self, one: SubmitRequest) -> list[Submission] | None:
        """Ask again where the refusal may pass: no other way looks as far back. A 400 means an unknown parameter."""
        for pause in (*TIMING.metadata_retries, float("inf")):
            try:
                return self.client.find_submissions_by_metadata(metadata_with(one.key), one.owns)
            except (RequestRejectedError, NotFoundError) as error:
                if error.status == UNKNOWN_PARAMETER or self.deadline.remaining <= pause:
                    break
                self.sleep(pause)
        return None


def _adopted(found: Collection[Submission]) -> SubmitResponse:
    """Make of submissions that were found what the lost answer would have said."""
    return SubmitResponse(tuple(without_children(found)))


def _refused(error: RequestError) -> RequestError | SubmitRejectedError:
    """Keep causes that concern all as they are; anything else is VMRay's reason for this item."""
    return error if error.is_fatal else SubmitRejectedError(str(error))
