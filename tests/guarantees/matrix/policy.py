"""The rules for the outcome of each request under each fault; actions declare exceptions from them.

The rules follow from the client's classification of a fault, the HTTP method, and the kind of the action:

* a transient fault has no effect if the client retries, or if the next run repeats the request;
* a persistent fault names its item with the reason, not the others; an action with one subject fails;
* a fatal cause ends the action, whichever request it affects first;
* a submit is never repeated without a look-up: a stored submission is found and used, another is sent again;
* another request that uses quota is not repeated after a lost response: its effect is found, or not certain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.guarantees.matrix.endpoints import odd_fields
from tests.support.outcome import FATAL, FINE, HARMLESS, LATE, REFUSED, RETRIED, Outcome, Pair, ended, named

if TYPE_CHECKING:
    from tests.guarantees.matrix.faults import Fault
    from tests.guarantees.matrix.rows import Row

UNRESOLVED: Final = "the response to the submission was lost and VMRay lists no matching submission yet"
# The same for an action that has one run only.
NOT_ANSWERED: Final = "VMRay did not answer; run the action again, it will find what was stored"

UNCERTAIN: Final = "not certain whether "

_OPEN: Final = (UNRESOLVED, NOT_ANSWERED)


def kind_of(fault: Fault, endpoint: str) -> str:
    """Return the kind of a fault, by the client's classification."""
    odd = odd_fields(endpoint)
    if fault.order == "missing":
        return odd.missing_is
    if fault.order == "null":
        return odd.null_is
    if fault.error is None or (odd.is_file and fault.changes_fields):
        return HARMLESS
    if fault.error.is_fatal:
        return FATAL
    if fault.slow:
        return LATE
    return RETRIED if fault.retryable else REFUSED


def expected(row: Row, fault: Fault) -> Pair:
    """Return the outcomes of a transient and of a persistent fault."""
    kind = kind_of(fault, row.endpoint)
    rule = _submit if row.submits else _billed if row.bills else _read
    transient, persistent = rule(row, fault, kind)
    exception = row.exceptions.get(fault.name, row.exceptions.get(kind))
    if exception is not None and (not row.submits or (persistent.says not in _OPEN and persistent != FINE)):
        transient, persistent = exception if isinstance(exception, tuple) else (exception, exception)
    return transient, persistent


def _read(row: Row, fault: Fault, kind: str) -> Pair:
    trouble = named(fault.says)
    if row.has_single_subject:
        trouble = ended(fault.says)
    match kind:
        case "harmless":
            return FINE, FINE
        case "fatal":
            return ended(fault.says), ended(fault.says)
        case "retried":
            return FINE, trouble
        case "late" if row.is_async:
            return FINE, named("")  # the last run reports the rest
        case _:
            return trouble, trouble


def _submit(row: Row, fault: Fault, kind: str) -> Pair:
    if kind == FATAL:
        return _read(row, fault, kind)
    if fault.executed:
        return FINE, FINE
    if fault.slow or fault.name == "504":  # VMRay may still process the request
        if row.is_async:
            return FINE, named(UNRESOLVED)
        return named(NOT_ANSWERED) if fault.slow else FINE, named(NOT_ANSWERED)
    return _read(row, fault, kind)


def _billed(row: Row, fault: Fault, kind: str) -> Pair:
    if kind == FATAL or fault.not_executed:
        return _read(row, fault, kind)
    if fault.executed:
        return FINE, FINE
    if not fault.retryable:  # a rejection, and VMRay shows no effect of the request
        return _read(row, fault, kind)
    doubt = ended(UNCERTAIN) if row.has_single_subject else named(UNCERTAIN)
    return doubt, doubt


def is_lasting(outcome: Outcome) -> bool:
    """Return whether an outcome is reported only when the deadline of the whole action has passed."""
    return outcome.kind != "ended"
