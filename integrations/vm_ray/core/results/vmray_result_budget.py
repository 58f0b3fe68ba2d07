"""The size limit of a result: of several forms of it, the first that the platform accepts is taken.

The platform discards a whole result when its JSON text is too long. So each shape of result offers itself in smaller
and smaller forms, and says in words what each form omits. This module measures and chooses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

# What the platform allows is a number of mebibytes of JSON text. A part is kept free for what the SDK puts around it.
USABLE_SHARE: Final = 0.97
ENTRY_OVERHEAD: Final = 260

Form = TypeVar("Form")


def first_that_fits(limit: float, forms: Iterable[tuple[Form, int]]) -> Form:
    """Return the first form whose cost is within the usable part of the limit; the last form where none is.

    Args:
        limit: The platform's limit in bytes.
        forms: The forms from the whole to the smallest, each with its cost; not read beyond the first that fits.
    """
    for form, cost in forms:  # noqa: B007 - the last form is the result where none fits
        if cost <= limit * USABLE_SHARE:
            break
    return form


def nested_length(text: str) -> int:
    """Return how long an ASCII text becomes as a string inside a JSON text."""
    return len(text) + text.count('"') + text.count("\\")


def table_cost(title: str, lines: Sequence[str]) -> int:
    """Return how many characters a table takes at most in the text that the platform measures."""
    if not lines:
        return 0
    return ENTRY_OVERHEAD + 2 * len(json.dumps(title)) + sum(len(json.dumps(line)) + 2 for line in lines)


def named_cost(title: str, name: str, length: int) -> int:
    """Return the same for a link, or for an attachment whose content in base64 has this length."""
    return ENTRY_OVERHEAD + 2 * len(json.dumps(title)) + 2 * len(json.dumps(name)) + length
