"""A submit happens once: what to do when it is not known whether VMRay stored a submission.

Every detonation costs quota, so a submit is never simply repeated. Each carries a key of our own in
``submission_metadata``. When an answer is lost, VMRay is asked for that key; a submission that is found is adopted, and
only when it is certain that none was stored is the submit made again. Certain means:

* the connection was never made, or the server refused with 4xx: nothing was stored;
* the connection broke, or the server failed: the look-ups find nothing while ``SETTLE_SECONDS`` go by;
* the server stayed silent, or a proxy lost patience with it (504): the same, but for ``SILENCE_SECONDS``, since it may
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

from ..core.vmray_client import Client, SubmitOptions
from ..core.vmray_earlier import newest_act, own, stands
from ..core.vmray_errors import (
    AnswerLate,
    DeadlineReached,
    NoSuchElement,
    RequestError,
    RequestRejected,
    SubmitRefused,
    SubmitUnresolved,
    Throttled,
)
from ..core.vmray_models import Submission, SubmitAnswer
from ..core.vmray_submission_key import has_key, metadata_with
from ..core.vmray_throttle import Deadline, back_off

SETTLE_SECONDS: Final = (0.0, 1.0, 2.0)
NEXT_LOOK: Final = 1.0  # until two looks agree: VMRay may still be unpacking an archive
SILENCE_SECONDS: Final = 30.0
REFUSED_PAUSES: Final = (0.25, 0.5)
UNKNOWN_PARAMETER: Final = 400
MAX_SUBMITS: Final = 4
MAX_THROTTLED_SUBMITS: Final = 12
GATEWAY_TIMEOUT: Final = 504
# As many as VMRay gives of one list; it cuts them into pages, and only those of a large archive are all read.
NEWEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class OneSubmit:
    """One thing to submit.

    Attributes:
        key: See ``vmray_submission_key``.
        options: Tags and comment; the key is added to them.
        send: Submits it once, with the options given.
        sha256: The hash of the content, for servers that cannot be asked by metadata; None for URLs, and returns None
            for a file that is gone.
    """

    key: str
    options: SubmitOptions
    send: Callable[[SubmitOptions], SubmitAnswer]
    sha256: Callable[[], str | None] | None = None

    def made(self, submission: Submission) -> bool:
        """Tell whether a submission came of this submit."""
        return has_key(submission, self.key)


@dataclass(slots=True)
class Submitter:
    """Submits things once, with one client, within one run."""

    client: Client
    deadline: Deadline
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC).replace(tzinfo=None))

    def submit(self, one: OneSubmit) -> tuple[SubmitAnswer, bool]:
        """Submit, unless an earlier run of the same action on the same input did so already.

        Returns:
            VMRay's answer, and whether it is an earlier submission that was adopted.

        Raises:
            SubmitRefused: VMRay stored nothing and said why.
            SubmitUnresolved: It is not yet certain what VMRay stored; ask ``resolve`` in a later run.
            VMRayError: Another cause, with nothing stored.
        """
        # A look-up that was refused proves nothing: the other ways count as well before anything is submitted.
        earlier = self._by_metadata(one)
        if earlier is None:
            earlier = self._by_other_means(one)
        act = newest_act(earlier)
        if stands(act, self.now()):
            return _adopted(act), True
        return self._send(one, {each.submission_id for each in earlier}), False

    def resolve(self, one: OneSubmit, certain_at: float, stale: Collection[int] = ()) -> SubmitAnswer:
        """Go on with a submit whose answer was lost in an earlier run.

        Args:
            one: The same submit again.
            certain_at: Unix seconds after which a submission that is not found was not stored.
            stale: Older submissions with the same key, which are not the lost one.
        """
        try:
            found = self._look_up(one, stale)
        except RequestError as cause:
            if cause.concerns_all:
                raise
            raise SubmitUnresolved(cause, max(0.0, certain_at - time.time()), stale) from None
        if found:
            return _adopted(found)
        if time.time() < certain_at:
            raise SubmitUnresolved(AnswerLate("VMRay did not answer"), certain_at - time.time(), stale)
        return self._send(one, stale)

    def _send(self, one: OneSubmit, stale: Collection[int]) -> SubmitAnswer:
        options = SubmitOptions(one.options.tags, one.options.comment, metadata_with(one.key))
        attempt = 0
        last: RequestError | None = None
        while True:
            attempt += 1
            try:
                self.deadline.check()
                return one.send(options)
            except DeadlineReached:
                raise DeadlineReached(last) from None
            except RequestError as error:
                last = error
                error.tries = attempt
                if not error.not_stored:
                    if found := self._settled(one, error, stale):
                        return _adopted(found)
                elif not error.worth_retrying:
                    raise _refused(error) from None
                if attempt >= (MAX_THROTTLED_SUBMITS if isinstance(error, Throttled) else MAX_SUBMITS):
                    raise
                self._wait(error, attempt)

    def _wait(self, error: RequestError, attempt: int) -> None:
        """Wait before the next submit; where the server named a moment, the gate keeps to it."""
        if isinstance(error, Throttled) or error.retry_after is not None:
            return
        pause = back_off(attempt)
        if self.deadline.remaining <= pause:
            raise DeadlineReached(error)
        self.sleep(pause)

    def _settled(self, one: OneSubmit, error: RequestError, stale: Collection[int]) -> list[Submission]:
        """Look for the submission until it is certain that there is none, or that no more of an archive are coming.

        Returns:
            What was found; an empty list when it is certain that nothing was stored.
        """
        if error.concerns_all:
            raise error
        unresolved = SubmitUnresolved(error, SILENCE_SECONDS, stale)
        found: list[Submission] = []
        pauses = list(SETTLE_SECONDS)
        while pauses or found:
            pause = pauses.pop(0) if pauses else NEXT_LOOK
            try:
                self.deadline.check(pause)
                self.sleep(pause)
                seen = self._look_up(one, stale)
            except (DeadlineReached, RequestError) as cause:
                if found:
                    return found
                raise (cause if cause.concerns_all else unresolved) from None
            if found and len(seen) <= len(found):
                return found
            found = seen
        if isinstance(error, AnswerLate) or error.status == GATEWAY_TIMEOUT:
            raise unresolved
        if isinstance(error, RequestRejected):
            raise _refused(error)
        return []

    def _look_up(self, one: OneSubmit, stale: Collection[int]) -> list[Submission]:
        """Find the submission by all means: metadata, then the sample's hash, then the newest submissions."""
        found = self._by_metadata(one) or self._by_other_means(one)
        return [each for each in found if each.submission_id not in stale]

    def _by_other_means(self, one: OneSubmit) -> list[Submission]:
        found: list[Submission] = []
        sha256 = one.sha256() if one.sha256 is not None else None
        for sample in self.client.find_samples(sha256) if sha256 else ():
            found += self.client.submissions_of_sample(sample.sample_id)
        return list(filter(one.made, found)) or list(filter(one.made, self.client.newest_submissions(NEWEST, one.made)))

    def _by_metadata(self, one: OneSubmit) -> list[Submission] | None:
        """Return the submissions with its key; None where the server does not filter by metadata."""
        answered = self._answered_by_metadata(one)
        if answered is None:
            return None
        found = list(filter(one.made, answered))
        return found if found or not answered else None

    def _answered_by_metadata(self, one: OneSubmit) -> list[Submission] | None:
        """Ask again where the refusal may pass: no other way looks as far back. A 400 means an unknown parameter."""
        for pause in (*REFUSED_PAUSES, float("inf")):
            try:
                return self.client.submissions_with_metadata(metadata_with(one.key), one.made)
            except (RequestRejected, NoSuchElement) as error:
                if error.status == UNKNOWN_PARAMETER or self.deadline.remaining <= pause:
                    break
                self.sleep(pause)
        return None


def _adopted(found: Collection[Submission]) -> SubmitAnswer:
    """Make of submissions that were found what the lost answer would have said."""
    return SubmitAnswer(tuple(own(found)))


def _refused(error: RequestError) -> RequestError | SubmitRefused:
    """Keep causes that concern all as they are; anything else is VMRay's reason for this item."""
    return error if error.concerns_all else SubmitRefused(str(error))
