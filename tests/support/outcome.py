"""What an analyst is told of an item when VMRay does not respond as it should.

An action's test file writes exceptions from the rules of `tests/guarantees/matrix/policy.py` as
`OUTCOMES = {request: {kind of fault, or fault: outcome}}`, beside its `EXAMPLES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an analyst is told.

    Attributes:
        kind: `fine` (as without the fault), `named` (this item alone has no result, and its reason is told),
            or `ended` (the action fails with the cause).
        says: Pattern of the reason; for `fine` of a note beside the result, where there is one.
    """

    kind: str
    says: str = ""


FINE: Final = Outcome("fine")
Pair: TypeAlias = tuple[Outcome, Outcome]
Exceptions: TypeAlias = Mapping[str, Mapping[str, Outcome | Pair]]

# Kinds of faults, by what the client makes of them (see `matrix/policy.py`).
RETRIED: Final = "retried"
LATE: Final = "late"
REFUSED: Final = "refused"
FATAL: Final = "fatal"
HARMLESS: Final = "harmless"


def named(says: str) -> Outcome:
    """This item alone has no result."""
    return Outcome("named", says)


def noted(says: str) -> Outcome:
    """There is a result, with a note."""
    return Outcome("fine", says)


def ended(says: str) -> Outcome:
    """The action fails."""
    return Outcome("ended", says)


def optional() -> dict[str, Outcome]:
    """The outcomes of a request that another one stands in for: only a fatal cause has an effect."""
    return {RETRIED: FINE, LATE: FINE, REFUSED: FINE}


# Faults by name that concern all later requests as well, so that the next required one ends the action.
FINAL: Final[Mapping[str, Outcome]] = {
    "connection refused": ended("could not be reached"),
    "407": ended("requires authentication"),
}


def explained(refusal: Outcome) -> dict[str, Outcome | Pair]:
    """The outcomes of a request that only explains a refusal, with which the action fails in any case."""
    return {RETRIED: (FINE, refusal), LATE: refusal, REFUSED: refusal, FATAL: refusal}


def optional_part(says: str, *, is_last: bool = True) -> dict[str, Outcome | Pair]:
    """The outcomes of a request for an optional part of a result: there is a result, with a note.

    Args:
        says: Pattern of the note.
        is_last: Whether no required request follows.
    """
    note = noted(says)
    outcomes: dict[str, Outcome | Pair] = {
        RETRIED: (FINE, note),
        LATE: (FINE, note),
        REFUSED: note,
        FATAL: note,
    }
    return outcomes if is_last else {**outcomes, **FINAL}


def lasting(outcome: Outcome) -> dict[str, Outcome | Pair]:
    """The outcomes of a request that the next run repeats: a transient fault has no effect."""
    return dict.fromkeys((RETRIED, LATE, REFUSED), (FINE, outcome))


def file(kind: str) -> dict[str, Outcome | Pair]:
    """The outcomes of a request for a file of one type."""
    return {
        "data: null": (FINE, named(f"VMRay's response was not a {kind} file")),
        "truncated JSON": (FINE, named("VMRay's file was incomplete")),
    }


def optional_file(kind: str) -> dict[str, Outcome | Pair]:
    """The same for a file that VMRay does not always have: then the outcome is `empty`."""
    return {**file(kind), "404": FINE}
