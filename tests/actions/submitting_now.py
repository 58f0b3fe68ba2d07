"""Helpers of the tests of actions that submit and do not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.actions.lab import items_of
from tests.support.outcome import FINE, LATE, REFUSED, RETRIED, ended, named, optional_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.outcome import Exceptions

    from secops_lab.host import ActionRun

SUBMIT: Final = "POST /rest/sample/submit"
LOOK_UP: Final = "GET /rest/submission?submission_submission_metadata=KEY"
UNRESOLVED: Final = "VMRay did not answer; run the action again, it will find what was stored"
HEADER: Final = "Decision,Submission ID,Sample ID,Verdict,Reason"
# What a row says about an item that has no submission.
NOTHING: Final[Mapping[str, Any]] = {
    "decision": None,
    "verdict": None,
    "sample_id": None,
    "submission_id": None,
    "submission_ids": [],
    "reused": False,
    "age_days": None,
    "quota_before": None,
    "web_link": None,
}
# The search for earlier submissions is optional: a server without the filter returns an error.
OUTCOMES: Final[Exceptions] = {
    "GET /submission?submission_submission_metadata": {
        REFUSED: FINE,
        "HTML with 200": FINE,
        "no mark of success": FINE,
    },
    # the name of the scheme is sent as given
    "GET /net_scheme": {
        **optional_part("", is_last=False),
        "401": ended("VMRay rejected the API key"),
    },
    # a key that may not read its quota is no reason to stop
    "GET /api_key/quota": {"403": FINE, "404": FINE},
    # the run goes on looking for a lost submit
    "GET /submission?_limit&_order": {
        RETRIED: (FINE, named(UNRESOLVED)),
        REFUSED: (FINE, named(UNRESOLVED)),
        LATE: named(UNRESOLVED),
    },
}


def words(run: ActionRun) -> list[tuple[str | None, str]]:
    """Decision and outcome of each row."""
    return [(each["decision"], each["outcome"]) for each in items_of(run)]
