"""Which row of outcomes holds for which request of which action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.guarantees.matrix import requests_made as r
from tests.guarantees.matrix.faults import FAULTS
from tests.guarantees.matrix.outcomes import (
    EMPTY,
    FINE,
    PENDING,
    READ,
    SUBMIT,
    UNRESOLVED,
    Pair,
    Row,
    alone,
    finally_pending,
    in_rounds,
    named,
    optional,
    with_note,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_LIST: Final[Pair] = (FINE, named(EMPTY))
_LACKS_ID: Final[Pair] = (named("VMRay's response does not contain "),) * 2
_ALL_FINE: Final[Pair] = (FINE, FINE)
_LIST: Final[Row] = {**READ, "null for a list": _NO_LIST}
_BY_HASH: Final[Row] = {**READ, "missing field": _LACKS_ID}
_SAMPLE: Final[Row] = in_rounds({**READ, "missing field": _LACKS_ID})
_GONE: Final = "VMRay's list could not be read to the end"
_NOT_ASKED: Final = "could not be listed: "
_EARLIER: Final[Row] = in_rounds(
    {
        **_LIST,
        # a server that refuses or lacks the filter has nothing to say about earlier runs
        **dict.fromkeys(("result: error", "result: error, carried out", "404"), _ALL_FINE),
    }
)
_POLL: Final[Row] = {
    **finally_pending({**READ, "missing field": _LACKS_ID}, PENDING),
    "404": (named(r"submission \d+ no longer exists in VMRay"),) * 2,
}
_CHILDREN: Final[Row] = {
    **with_note(finally_pending(_LIST, ""), _NOT_ASKED),
}
_LOOK_UP: Final[Row] = finally_pending(_LIST, UNRESOLVED)
_UNANSWERED: Final = ("504", "stall", "stall, carried out")
_TAG: Final[Row] = alone({**READ, "missing field": _ALL_FINE, "data: null": _ALL_FINE})
_DETONATION: Final[Mapping[r.Request, Row]] = {
    r.EARLIER: _EARLIER,
    r.SUBMIT: SUBMIT,
    r.POLL: _POLL,
    r.WINDOW: optional(_LIST),
    r.CHILDREN: _CHILDREN,
    r.REST: optional(_LIST),
    r.OF_SAMPLE: with_note(in_rounds(_LIST), _NOT_ASKED),
    r.SAMPLE: _SAMPLE,
    r.ANALYSES: with_note(in_rounds(_LIST), _NOT_ASKED),
    r.NEWEST: _LOOK_UP,
}

TABLE: Final[Mapping[tuple[str, r.Request], Row]] = {
    ("Ping", r.ACCESS): alone(_LIST),
    # a 404 can mean the older form of the request, which is asked then
    ("Add Tag to Submission", r.TAG): {**_TAG, "404": _ALL_FINE},
    ("Add Tag to Submission", r.TAG_IN_PATH): _TAG,
    ("Scan Hash", r.BY_HASH): _BY_HASH,
    ("Scan Hash", r.IOCS): {**READ, "missing field": _NO_LIST},
    ("Scan Hash", r.INDICATORS): {**READ, "missing field": _NO_LIST},
    ("Scan Hash", r.LOCKS): {**_LIST},
    # the rest of a list is given out once: where it is gone, the list is asked for anew
    ("Scan Hash", r.REST): {
        **_LIST,
        **dict.fromkeys(("404", "truncated JSON", "null for a list"), (FINE, named(_GONE))),
        "missing field": _ALL_FINE,
    },
    **{("Scan URL", request): row for request, row in _DETONATION.items()},
    # a stall in every run leaves none of them the time to read what comes after it
    ("Scan URL", r.ANALYSES): {
        **_DETONATION[r.ANALYSES],
        **dict.fromkeys(("stall", "stall, carried out"), (FINE, named("time of this run ended"))),
    },
    ("Scan URL", r.IOCS): in_rounds({**READ, "missing field": _NO_LIST}),
    ("Scan URL", r.INDICATORS): in_rounds({**READ, "missing field": _NO_LIST}),
    ("Scan URL", r.LOCKS): in_rounds(_LIST),
    ("Upload File And Get Report", r.LIMITS): {**optional(READ), "403": _ALL_FINE},
    **{("Upload File And Get Report", request): row for request, row in _DETONATION.items()},
    # when not one file was accepted, the action has failed
    ("Upload File And Get Report", r.SUBMIT): {
        **alone(SUBMIT),
        **{name: SUBMIT[name] for name in _UNANSWERED},
    },
    ("Upload File And Get Report", r.BY_HASH): finally_pending(_BY_HASH, UNRESOLVED),
}


def check_complete(table: Mapping[tuple[str, r.Request], Row]) -> None:
    """Make sure that there is an outcome for every fault of every request of every action, and none beyond.

    Raises:
        LookupError: A cell is missing, or stands for nothing.
    """
    made = {(action, request) for action, requests in r.REQUESTS.items() for request in requests}
    if made != set(table):
        named_ones = ", ".join(f"{action}: {request.name}" for action, request in made ^ set(table))
        raise LookupError(f"requests without a row, or rows without a request: {named_ones}")
    for (action, request), row in table.items():
        if set(row) != set(FAULTS):
            cells = ", ".join(sorted(set(row) ^ set(FAULTS)))
            raise LookupError(
                f"{action}, {request.name}: faults without an outcome, or outcomes without a fault: {cells}"
            )
