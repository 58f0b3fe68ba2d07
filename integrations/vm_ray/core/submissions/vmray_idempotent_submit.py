"""Submit each item once, also if the response to a submit is lost.

Every detonation costs quota, so a submit is never simply repeated. Each submit carries a key of the integration in
``submission_metadata``. If a response is lost, the submissions with this key are looked up; a submission that is found
is adopted. The submit is repeated only if it is certain that none was stored:

* no connection was made, or the server rejected the request with 4xx: nothing was stored;
* the connection was lost, or the server failed: the look-ups during ``submit_lookups`` find nothing;
* the server did not respond, or a proxy returned 504: the look-ups during ``submit_grace`` find nothing, since the
  server may still process the submit. This may take until the next run, so the submit is kept in the state of the
  action. The same holds for a submit whose look-up failed or did not end before the time of the run.

The periods are inferred: VMRay does not document how long after a lost response a submission may still appear.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_deadline import Deadline
from ...core.api.vmray_errors import DeadlineError, SubmitRejectedError, SubmitUnresolvedError
from ...core.api.vmray_models import Submission, SubmitResponse
from ...core.api.vmray_request_errors import (
    ForeignResponseError,
    NotFoundError,
    RequestError,
    RequestRejectedError,
    ResponseTimeoutError,
)
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.api.vmray_timing import TIMING
from ...core.submissions.vmray_attempts import is_last, wait_for_next
from ...core.submissions.vmray_reuse import is_reusable, latest_batch, without_children
from ...core.submissions.vmray_sources import Source
from ...core.submissions.vmray_submission_key import has_key, metadata_with

UNKNOWN_PARAMETER: Final = 400
GATEWAY_TIMEOUTS: Final = (504, 524)
# VMRay's limit for the length of one list. The list has pages; only for a large archive, all pages are read.
NEWEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class SubmitRequest:
    """One item to submit.

    Attributes:
        key: See ``vmray_submission_key``.
        options: Tags and comment; the key is added to them.
        source: The source of the item.
    """

    key: str
    options: SubmitOptions
    source: Source

    def owns(self, submission: Submission) -> bool:
        """Return whether a submission belongs to this submit: whether it has the key."""
        return has_key(submission, self.key)


@dataclass(slots=True)
class Submitter:
    """Submits items once, with one client, within one run."""

    client: Client
    deadline: Deadline
    sleep: Callable[[float], None] = time.sleep

    def submit(self, request: SubmitRequest) -> tuple[SubmitResponse, bool]:
        """Submit, unless an earlier run of the same action on the same input did so already.

        Returns:
            VMRay's response, and whether an earlier submission was adopted.

        Raises:
            SubmitRejectedError: VMRay stored nothing and returned a reason.
            SubmitUnresolvedError: It is not yet certain what VMRay stored; call ``resolve`` in a later run.
            VMRayError: Another error; nothing was stored.
        """
        # A rejected look-up proves nothing: the other ways of looking are used too before anything is submitted.
        earlier = self._by_metadata(request)
        if earlier is None:
            earlier = self._by_hash_or_newest(request)
        batch = latest_batch(earlier)
        if is_reusable(batch, datetime.fromtimestamp(self.client.server_time(), UTC).replace(tzinfo=None)):
            return _adopted(batch), True
        return self._send(request, {each.submission_id for each in earlier}), False

    def resolve(
        self, request: SubmitRequest, unresolved_until: float, superseded_ids: Collection[int] = ()
    ) -> SubmitResponse:
        """Continue a submit whose response was lost in an earlier run.

        Args:
            request: The same submit as in the earlier run.
            unresolved_until: Unix seconds after which a submission that is not found was not stored.
            superseded_ids: Older submissions with the same key, which are not the lost one.
        """
        try:
            found = self._look_up(request, superseded_ids)
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
        return self._send(request, superseded_ids)

    def _send(self, request: SubmitRequest, superseded_ids: Collection[int]) -> SubmitResponse:
        options = request.options._replace(metadata=metadata_with(request.key))
        attempt = 0
        last: RequestError | None = None
        while True:
            attempt += 1
            try:
                self.deadline.check()
                return request.source.submit(self.client, options)
            except DeadlineError as late:
                raise DeadlineError(last, late.pause) from None
            except RequestError as error:
                last = error
                error.attempts = attempt
                if not error.not_executed:
                    if found := self._look_up_until_certain(request, error, superseded_ids):
                        return _adopted(found)
                elif not error.retryable:
                    raise _rejected(error) from None
                if is_last(error, attempt):
                    raise
                wait_for_next(error, attempt, self.deadline, self.sleep)

    def _look_up_until_certain(
        self, request: SubmitRequest, error: RequestError, superseded_ids: Collection[int]
    ) -> list[Submission]:
        """Look up the submission until it is certain that it does not exist, or until an archive is complete.

        Returns:
            The submissions that were found; an empty list if it is certain that nothing was stored.
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
                seen = self._look_up(request, superseded_ids)
            except (DeadlineError, RequestError) as cause:
                if found:
                    return found
                unresolved.fatal = cause if cause.is_fatal else None
                raise unresolved from None
            if found and len(seen) <= len(found):
                return found
            found = seen
        if isinstance(error, ResponseTimeoutError) or error.status in GATEWAY_TIMEOUTS:
            raise unresolved
        if not error.retryable:
            raise _rejected(error)
        return []

    def _look_up(self, request: SubmitRequest, superseded_ids: Collection[int]) -> list[Submission]:
        """Look up the submission by metadata, then by the hash of the sample, then in the newest submissions."""
        found = self._by_metadata(request) or self._by_hash_or_newest(request)
        return [each for each in found if each.submission_id not in superseded_ids]

    def _by_hash_or_newest(self, request: SubmitRequest) -> list[Submission]:
        found: list[Submission] = []
        sha256 = request.source.sha256()
        for sample in self.client.find_samples(sha256) if sha256 else ():
            found += self.client.list_submissions_of_sample(sample.sample_id)
        return list(filter(request.owns, found)) or list(
            filter(request.owns, self.client.list_newest_submissions(NEWEST, request.owns))
        )

    def _by_metadata(self, request: SubmitRequest) -> list[Submission] | None:
        """Return the submissions with the key; None if the server does not filter by metadata."""
        listed = self._listed_by_metadata(request)
        if listed is None:
            return None
        found = list(filter(request.owns, listed))
        return found if found or not listed else None

    def _listed_by_metadata(self, request: SubmitRequest) -> list[Submission] | None:
        """Search by metadata, which also finds old submissions. Retry a rejection, but not 400: unknown parameter."""
        for pause in (*TIMING.metadata_retries, float("inf")):
            try:
                return self.client.find_submissions_by_metadata(metadata_with(request.key), request.owns)
            except (RequestRejectedError, NotFoundError, ForeignResponseError) as error:
                if error.status == UNKNOWN_PARAMETER or self.deadline.remaining <= pause:
                    break
                self.sleep(pause)
        return None


def _adopted(found: Collection[Submission]) -> SubmitResponse:
    """Return submissions that were found in the form of the lost response."""
    return SubmitResponse(tuple(without_children(found)))


def _rejected(error: RequestError) -> RequestError | SubmitRejectedError:
    """Return a fatal error as it is, and any other error as VMRay's reason for this item."""
    return error if error.is_fatal else SubmitRejectedError(str(error))
