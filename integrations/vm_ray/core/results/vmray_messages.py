"""The sentences that an analyst reads on the case wall, exactly as documented, followed by the details."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ...core.api.vmray_text import one_line

ENRICHED: Final = "Successfully enriched the following entities using information from VMRay: "
NOT_ENRICHED: Final = "Action wasn't able to enrich the following entities using information from VMRay: "
NONE_ENRICHED: Final = "None of the provided entities were enriched."
SUBMITTED: Final = "Successfully submitted the following files to VMRay: "
ENTITIES_ENRICHED: Final = "entities were enriched"
WAITING: Final = "Waiting for the results for: "
NOT_ACCESSIBLE: Final = "the following files were not accessible: "
MAX_NAME_LENGTH: Final = 4_096
# If there are more names than this, each name gets its own line.
MAX_ON_A_LINE: Final = 3


def error_message(action: str, reason: object) -> str:
    """Return the sentence for an action that failed, with the display name of the action and the reason.

    One of the two documented sentences for uploads spells the name with "and"; the display name is used in both cases.
    """
    return f'Error executing action "{action}". Reason: {reason}'


def listed(prefix: str, names: Sequence[str]) -> str:
    """Return a documented sentence with its names, one name per line after the colon."""
    return prefix + "\n".join(one_line(name, MAX_NAME_LENGTH) for name in names)


def listed_items(prefix: str, names: Sequence[str]) -> str:
    """Return a sentence of an action with an outcome: a few names on one line, else one name per line."""
    return listed(prefix, names if len(names) > MAX_ON_A_LINE else [", ".join(names)])


def grouped(sentences: Mapping[str, str], missed: str, none: str, named: Iterable[tuple[str, str]]) -> list[str]:
    """Return the sentences about groups of items, in the order of the sentences; a name is told once in a group.

    Args:
        sentences: The beginning of the sentence about each group.
        missed: The group of the items without a result; if there is no other group, ``none`` is said instead.
        none: If no item has a result.
        named: The group and the name of each item; items of an unknown group are not named.
    """
    groups: dict[str, dict[str, None]] = {group: {} for group in sentences}
    for group, name in named:
        groups.get(group, {})[name] = None
    if not any(names for group, names in groups.items() if group != missed):
        return [none]
    return [listed_items(sentences[group], list(names)) for group, names in groups.items() if names]


def waiting(names: Sequence[str]) -> str:
    """Return the sentence about items that are still being analyzed."""
    return WAITING + ", ".join(one_line(name, MAX_NAME_LENGTH) for name in names)


def with_details(sentences: Sequence[str], details: Sequence[tuple[str, str]]) -> str:
    """Add the paragraph ``Details:`` after the documented sentences: one line for each name with a reason or a note."""
    lines = [f"{one_line(name, MAX_NAME_LENGTH)}: {one_line(why)}" for name, why in details if why]
    return "\n".join([*sentences, *(["", "Details:", *lines] if lines else [])])


def left_out(what: str, link: str = "") -> tuple[str, str]:
    """Return the note about what was omitted from the JSON result because of its size, and where to find it.

    Args:
        what: What was omitted.
        link: The member of the result with the address of the report; empty if the result has none.
    """
    where = f"full report in VMRay, see {link}" if link else "full report in VMRay"
    return "Result", f"result exceeds the platform's size limit; omitted: {what}; {where}"


def none_of_type(entity_type: str) -> tuple[str, str]:
    """Return the note that the action found no entity of this type."""
    return "Entities", f"none of type {entity_type} in the scope of this action"


def kept(done: int, every: int, what: str) -> list[tuple[str, str]]:
    """Return the detail about what was done before an error that ended the action; nothing if nothing was done.

    Args:
        done: How many are done.
        every: How many there are.
        what: What was done to them, as in "entities were enriched".
    """
    return [("Kept", f"{done} of {every} {what} before this error")] if done else []


def enriched(done: Sequence[str], missed: Mapping[str, str], notes: Sequence[tuple[str, str]] = ()) -> str:
    """Return the message about the entities that were enriched, those that were not, and the reasons."""
    if not done:
        sentences = [NONE_ENRICHED]
    else:
        sentences = [listed(ENRICHED, done)]
        sentences += [listed(NOT_ENRICHED, list(missed))] if missed else []
    return with_details(sentences, [*missed.items(), *notes])
