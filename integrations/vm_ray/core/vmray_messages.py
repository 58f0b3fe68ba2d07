"""The sentences that an analyst reads on the case wall, exactly as documented, with the details after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..core.vmray_escape import one_line

ENRICHED: Final = "Successfully enriched the following entities using information from VMRay: "
NOT_ENRICHED: Final = "Action wasn't able to enrich the following entities using information from VMRay: "
NONE_ENRICHED: Final = "None of the provided entities were enriched."
SUBMITTED: Final = "Successfully submitted the following files to VMRay: "
WAITING: Final = "Waiting for the results for: "
NOT_ACCESSIBLE: Final = "the following files were not accessible: "
MAX_NAME_LENGTH: Final = 4_096


def error_message(action: str, reason: object) -> str:
    """Say that the action failed, and why; always with its display name.

    The user's document writes "Upload File and Get Report" in one of two such sentences: a slip, as the name has "And".
    """
    return f'Error executing action "{action}". Reason: {reason}'


def listed(prefix: str, names: Sequence[str]) -> str:
    """Write a documented sentence with its names, one a line after the colon."""
    return prefix + "\n".join(one_line(name, MAX_NAME_LENGTH) for name in names)


def waiting(names: Sequence[str]) -> str:
    """Say what is still being analysed."""
    return WAITING + ", ".join(one_line(name, MAX_NAME_LENGTH) for name in names)


def with_details(sentences: Sequence[str], details: Sequence[tuple[str, str]]) -> str:
    """Put the paragraph ``Details:`` after the documented sentences: a line for each name that needs explaining."""
    lines = [f"{one_line(name, MAX_NAME_LENGTH)}: {one_line(why)}" for name, why in details if why]
    return "\n".join([*sentences, *(["", "Details:", *lines] if lines else [])])


def enriched(done: Sequence[str], missed: Mapping[str, str], notes: Sequence[tuple[str, str]] = ()) -> str:
    """Say which entities were enriched, which were not, and why."""
    if not done:
        sentences = [NONE_ENRICHED]
    else:
        sentences = [listed(ENRICHED, done)]
        sentences += [listed(NOT_ENRICHED, list(missed))] if missed else []
    return with_details(sentences, [*missed.items(), *notes])
