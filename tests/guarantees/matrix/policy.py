"""What becomes of each request under each fault: the rules, from which actions write exceptions.

The rules follow from what the client makes of a fault, from the HTTP method, and from the kind of the action:

* a transient fault has no effect where the client retries, or where the next run repeats the request;
* a persistent one names its item with the reason, and the others go on; an action with one subject fails;
* a fatal cause ends the action, whichever request meets it first;
* a submit is never just repeated: what VMRay carried out is found and adopted, what it did not is sent again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.guarantees.matrix.endpoints import odd_fields
from tests.support.outcome import FATAL, FINE, HARMLESS, LATE, REFUSED, RETRIED, Outcome, Pair, ended, named

if TYPE_CHECKING:
    from tests.guarantees.matrix.faults import Fault
    from tests.guarantees.matrix.rows import Row

UNRESOLVED: Final = "the response to the submission was lost and VMRay lists no matching submission yet"


def kind_of(fault: Fault, endpoint: str) -> str:
    """The kind of a fault, by what the client makes of it."""
    if fault.order == "missing":
        return odd_fields(endpoint).missing_is
    if fault.order == "null":
        return odd_fields(endpoint).null_is
    if fault.error is None:
        return HARMLESS
    if fault.error.is_fatal:
        return FATAL
    if fault.slow:
        return LATE
    return RETRIED if fault.error.retryable else REFUSED


def expected(row: Row, fault: Fault) -> Pair:
    """The outcomes of a transient and of a persistent fault."""
    kind = kind_of(fault, row.endpoint)
    transient, persistent = (_submit if row.submits else _read)(row, fault, kind)
    exception = row.exceptions.get(fault.name, row.exceptions.get(kind))
    if exception is not None and (not row.submits or (persistent.says != UNRESOLVED and persistent != FINE)):
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
    if fault.slow or fault.name == "504":  # VMRay may still be at work
        return FINE, named(UNRESOLVED)
    return _read(row, fault, kind)


def is_lasting(outcome: Outcome) -> bool:
    """Whether an outcome is reported when the time for the whole action is up."""
    return outcome.kind != "ended"
