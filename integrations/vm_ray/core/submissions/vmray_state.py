"""The state of an asynchronous action: one run returns it to the platform, and the next run receives it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from ...core.api.vmray_errors import StateError
from ...core.api.vmray_verdicts import ORDER, Verdict
from ...core.submissions.vmray_detonation import Detonation, Stage, TrackedSubmission
from ...core.submissions.vmray_jobs import WatchedJob

STATE_VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class State:
    """All data that the next run needs.

    Attributes:
        begun: The start of the first run, in Unix seconds.
        detonations: The items and their stages.
        jobs: The jobs that an action waits for.
    """

    begun: float
    detonations: list[Detonation]
    jobs: list[WatchedJob] = field(default_factory=list)

    def to_text(self, action: str) -> str:
        """Return the state as a text for the platform."""
        items = [{**asdict(each), "stage": each.stage.value} for each in self.detonations]
        state = {"version": STATE_VERSION, "action": action, "items": items, "begun": self.begun}
        jobs = {"jobs": [asdict(each) for each in self.jobs]} if self.jobs else {}
        return json.dumps({**state, **jobs})

    @classmethod
    def from_text(cls, action: str, text: object) -> State:
        """Return the state from the text that an earlier run returned.

        Raises:
            StateError: The text is not a state of this action in this version; nothing was done.
        """
        try:
            state = json.loads(str(text))
        except (ValueError, RecursionError):
            state = None
        if not isinstance(state, dict):
            raise StateError("the platform did not return the state of this action")
        try:
            if state["version"] != STATE_VERSION or state["action"] != action:
                raise StateError(f'the state returned by the platform was not written by this version of "{action}"')
            items = [_restored(item) for item in state["items"]]
            return cls(_moment(state["begun"]), items, [_restored_job(each) for each in state.get("jobs", [])])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise StateError("the state returned by the platform is damaged; nothing was submitted again") from None


def _moment(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(moment := float(value)):
        raise TypeError
    return moment


def _restored_verdict(fields: dict[str, Any]) -> Verdict:
    """Return a verdict; the state of a version that kept no verdicts has none."""
    verdict = Verdict(**fields.get("verdict", {}))
    if not isinstance(verdict.value, str) or verdict.severity not in ("", *ORDER):
        raise TypeError
    return verdict


def _restored_submission(tracked: dict[str, Any]) -> TrackedSubmission:
    return TrackedSubmission(**{**tracked, "verdict": _restored_verdict(tracked)})


def _restored_job(job: dict[str, Any]) -> WatchedJob:
    restored = WatchedJob(**{**job, "verdict": _restored_verdict(job)})
    numbers = [restored.job_id, restored.sample_id or 0, restored.submission_id or 0]
    texts = [restored.status, restored.failure, restored.last_error]
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(number, int) for number in numbers):
        raise TypeError
    return restored


def _restored(item: dict[str, Any]) -> Detonation:
    submissions = [_restored_submission(each) for each in item["submissions"]]
    numbers = [number for each in submissions for number in (each.submission_id, each.sample_id, each.parent_id or 0)]
    numbers += [number for each in submissions for number in (each.consumed_quota or 0, each.origin_id or 0)]
    restored = Detonation(**{**item, "stage": Stage(item["stage"]), "submissions": submissions})
    numbers += [*restored.known_sample_ids, *restored.unchecked_sample_ids, *restored.superseded_ids]
    numbers += restored.unreached_sample_ids
    texts = [restored.item, restored.name, restored.key, restored.reason, restored.last_error, *restored.notes]
    texts += [*restored.shared_by, *(each.status for each in submissions)]
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(number, int) for number in numbers):
        raise TypeError
    if restored.stage in (Stage.RUNNING, Stage.READY) and not restored.sample_ids:
        raise ValueError
    _moment(restored.unresolved_until)
    return restored
