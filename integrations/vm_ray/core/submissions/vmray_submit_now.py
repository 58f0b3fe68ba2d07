"""Submit items within one run, without waiting for their analyses."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from ...core.api.vmray_errors import VMRayError
from ...core.api.vmray_timing import TIMING
from ...core.submissions.vmray_detonation import Detonation, Stage
from ...core.submissions.vmray_idempotent_submit import SubmitRequest, Submitter
from ...core.submissions.vmray_workflow import Submitted, submit_items

# The part of the run that is kept for the look-ups, at most ``submit_grace``: one of so many.
RESERVED_PART: Final = 4


def submit_now(
    submitter: Submitter,
    detonations: Sequence[Detonation],
    request_of: Callable[[Detonation], SubmitRequest],
    log: Callable[[str], None],
    ended: Callable[[Detonation, Submitted | VMRayError], None],
) -> None:
    """Submit all items, and settle lost responses while a lost submission may still appear.

    No other run follows. So the look-ups go on until it is certain that nothing was stored; then the item is sent once
    more. If the run ends before that, the item stays unresolved. A part of the run is kept for these look-ups.

    Args:
        submitter: Sends the items, each once.
        detonations: The items; they are changed in place.
        request_of: Returns the submit request of an item.
        log: Writes one line to the log.
        ended: See ``submit_items``.

    Raises:
        VMRayError: A fatal error; the submissions that exist by then are recorded in the items.
    """
    deadline = submitter.deadline
    with deadline.reserving(min(TIMING.submit_grace, deadline.remaining / RESERVED_PART)):
        submit_items(submitter, detonations, request_of, log, ended)
    ends = max((each.unresolved_until for each in _unresolved(detonations)), default=0.0)
    pause, is_last = 2 * TIMING.submit_recheck, False
    while _unresolved(detonations) and not is_last and deadline.remaining > pause:
        submitter.sleep(pause)
        is_last = time.time() >= ends
        pause = max(TIMING.submit_recheck, min(2 * pause, ends - time.time()))
        submit_items(submitter, _unresolved(detonations), request_of, log, ended)


def _unresolved(detonations: Sequence[Detonation]) -> list[Detonation]:
    return [each for each in detonations if each.stage is Stage.UNRESOLVED]
