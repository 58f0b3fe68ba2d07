"""The table: what becomes of each request under each fault, once and for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an analyst is told.

    Attributes:
        kind: `fine` (as without the fault), `named` (this item alone has no result, and it is told why), or
            `ended` (the action fails with the cause, which concerns everything).
        says: Pattern of the reason; for `fine` of a note beside the result, where there is one.
    """

    kind: str
    says: str = ""


FINE: Final = Outcome("fine")
Pair = tuple[Outcome, Outcome]
Row = Mapping[str, Pair]


def named(says: str) -> Outcome:
    """This item alone has no result."""
    return Outcome("named", says)


def noted(says: str) -> Outcome:
    """There is a result, with a note."""
    return Outcome("fine", says)


def ended(says: str) -> Outcome:
    """The action fails."""
    return Outcome("ended", says)


THROTTLED: Final = r"VMRay returned HTTP 429, too many requests \(12 attempts\)"
BROKEN: Final = r"the connection to VMRay was lost before the response was complete \(4 attempts\)"
LATE: Final = r"VMRay did not respond within \d+ seconds"
PAGE: Final = r"VMRay's response was a web page \(4 attempts\)"
CUT: Final = r"VMRay's response was incomplete or not JSON \(4 attempts\)"
EMPTY: Final = r"VMRay's response does not contain the requested data \(4 attempts\)"
REFUSED: Final = "VMRay rejected the request: "
UNKNOWN: Final = r"the object does not exist in VMRay or is not visible to the API key \(HTTP 404\)"
PENDING: Final = r"analysis not finished in time, submission \d+"
UNRESOLVED: Final = "the response to the submission was lost and VMRay lists no matching submission yet"

# Causes that concern everything: the action ends at once, whichever request meets them first.
FATAL: Final[Row] = {
    "connection refused": (ended("the VMRay server could not be reached"),) * 2,
    "redirect": (ended(r"the server returned a redirect \(HTTP 302\), which is not followed"),) * 2,
    "401": (ended(r"VMRay rejected the API key \(HTTP 401\)"),) * 2,
    "403": (ended(r"the API key does not have the required permission \(HTTP 403\)"),) * 2,
}


def _answered(status: int) -> Pair:
    return FINE, named(rf"VMRay returned HTTP {status} \(4 attempts\)")


# A read for one item: tried again while that is promising, then it is named and the others go on.
READ: Final[Row] = {
    **FATAL,
    "429, Retry-After in seconds": (FINE, named(THROTTLED)),
    "429, Retry-After as a date": (FINE, named(THROTTLED)),
    "429 without Retry-After": (FINE, named(THROTTLED)),
    "500": _answered(500),
    "501": _answered(501),
    "502": _answered(502),
    "503": _answered(503),
    "503 with Retry-After": _answered(503),
    "504": _answered(504),
    "500, carried out": _answered(500),
    "reset before the answer": (FINE, named(BROKEN)),
    "reset before the answer, carried out": (FINE, named(BROKEN)),
    "reset in the request": (FINE, named(BROKEN)),
    "reset in the answer": (FINE, named(BROKEN)),
    "stall": (named(LATE), named(LATE)),
    "stall, carried out": (named(LATE), named(LATE)),
    "HTML with 200": (FINE, named(PAGE)),
    "truncated JSON": (FINE, named(CUT)),
    "data: null": (FINE, named(EMPTY)),
    "result: error": (named(REFUSED),) * 2,
    "result: error, carried out": (named(REFUSED),) * 2,
    "missing field": (FINE, named(EMPTY)),
    "unknown fields": (FINE, FINE),
    "null for a list": (FINE, FINE),
    "404": (named(UNKNOWN),) * 2,
}


def in_rounds(row: Row) -> Row:
    """The same where the platform calls again: a stall costs one run only, the last one reports the rest."""
    return {**row, "stall": (FINE, named("")), "stall, carried out": (FINE, named(""))}


def _each(row: Row, change: Mapping[str, Outcome]) -> Row:
    """Other outcomes of a kind: `named` becomes what `change` says, in both columns."""
    return {
        fault: (change.get(once.kind, once), change.get(always.kind, always))
        for fault, (once, always) in row.items()
    }


def alone(row: Row) -> Row:
    """The same for an action with a single subject: its failure is the action's, with the same reason."""
    return {
        fault: tuple(ended(one.says) if one.kind == "named" else one for one in pair)  # type: ignore[misc]  # a pair stays a pair
        for fault, pair in row.items()
    }


def optional(row: Row) -> Row:
    """The same for a request that something else stands in for: only a cause that concerns all is felt."""
    return _each(row, {"named": FINE})


def with_note(row: Row, says: str) -> Row:
    """The same for a request whose answer can be done without, but not silently."""
    return _each(row, {"named": noted(says)})


def finally_pending(row: Row, says: str) -> Row:
    """The same for a request that the next run repeats: what passes is healed, what stays ends late."""
    return {
        fault: (FINE if once.kind == "named" else once, named(says) if always.kind == "named" else always)
        for fault, (once, always) in row.items()
    }


# The submit: never just repeated. What was carried out is found and adopted; what is not found is sent again.
_ADOPTED: Final = (
    "500, carried out",
    "reset before the answer, carried out",
    "reset in the answer",
    "truncated JSON",
    "data: null",
    "result: error, carried out",
    "missing field",
    "null for a list",
)
SUBMIT: Final[Row] = {
    **READ,
    **dict.fromkeys(_ADOPTED, (FINE, FINE)),
    "504": (FINE, named(UNRESOLVED)),
    "stall": (FINE, named(UNRESOLVED)),
    "stall, carried out": (FINE, FINE),
}
