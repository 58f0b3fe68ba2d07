"""The expected outcomes of faults that are common to all actions that submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.support.outcome import (
    FATAL,
    FINAL,
    FINE,
    REFUSED,
    Exceptions,
    ended,
    lasting,
    named,
    noted,
    optional,
    optional_part,
)

if TYPE_CHECKING:
    from vmray_emulator import EmbeddedEmulator

EVER: Final = 10_000
LOST: Final = "the response to the submission was lost and VMRay lists no matching submission yet"
PENDING: Final = r"analysis not finished in time, submission \d+"
NOT_READ: Final = "could not be listed: "
# The lists of a report: the verdict is there without them.
LISTS: Final[Exceptions] = {
    "GET /sample/{id}/iocs": optional_part("IOCs could not be read: "),
    "GET /sample/{id}/vtis": optional_part("threat indicators could not be read: "),
    "GET /analysis/sample/{id}": optional_part("the lock of the report could not be read: "),
}

_EARLIER: Final = "GET /submission?submission_submission_metadata"
SUBMIT: Final = "POST /sample/submit"
_STOOD_IN_FOR: Final = {**optional(), FATAL: FINE, **FINAL}
# What another request stands in for, or what the next run repeats, is not felt as a read of one item is.
OUTCOMES: Final[Exceptions] = {
    # the search for previous submissions is optional: a server without the filter returns an error
    _EARLIER: {REFUSED: FINE, "HTML with 200": FINE, "no mark of success": FINE},
    "GET /submission/{id}": {
        **lasting(named(PENDING)),
        "404": named(r"submission \d+ no longer exists in VMRay"),
    },
    # requests for single submissions stand in for it, also after a fatal error
    # a key that the first request of a run finds rejected is not sent again
    "GET /submission?_max_id&_min_id": {**_STOOD_IN_FOR, "401": ended("VMRay rejected the API key")},
    "GET /continuation/{id}": _STOOD_IN_FOR,
    "GET /submission?submission_parent_submission_id": {
        **optional_part(NOT_READ, is_last=False),
        REFUSED: (FINE, noted(NOT_READ)),  # rejected twice
    },
    # the submission has given the verdict: a missing permission concerns this sample
    "GET /sample/{id}": {"403": named(r"\(HTTP 403\).*; verdict of submission \d+: ")},
    "GET /submission/sample/{id}": optional_part(NOT_READ, is_last=False),
    "GET /analysis/submission/{id}": optional_part(NOT_READ),
    "GET /submission?_limit&_order": lasting(named(LOST)),
}


def refuse_windows(vmray: EmbeddedEmulator) -> None:
    """Make the emulator reject requests that list several submissions."""
    _inject(vmray, "/rest/submission", {"kind": "result_error", "error_msg": "no windows"}, _min_id="*")


def lock_reports(vmray: EmbeddedEmulator) -> None:
    """Make the emulator reject requests for IOCs and threat indicators, as for locked reports."""
    for what in ("iocs", "vtis"):
        _inject(vmray, f"/rest/sample/*/{what}", {"kind": "status", "status": 403})


def lose_submits(vmray: EmbeddedEmulator, count: int) -> None:
    """Reset the connection of `count` submit requests, before the emulator stores a submission."""
    match = {"method": "POST", "path": "/rest/sample/submit"}
    vmray.control.inject(match, {"kind": "reset_before"}, count)


def _inject(vmray: EmbeddedEmulator, path: str, fault: dict[str, Any], **query: str) -> None:
    vmray.control.inject({"method": "GET", "path": path, "query": query}, fault, EVER)
