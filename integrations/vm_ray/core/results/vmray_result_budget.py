"""The size limit of a result: the first of several forms that the platform accepts is used.

The platform discards a whole result if its JSON text is too long. So each kind of result has smaller and smaller forms,
and each form states what it omits. This module measures the forms and chooses one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

# The platform's limit is a number of mebibytes of JSON text. A part is reserved for what the SDK adds to the result.
USABLE_SHARE: Final = 0.97
ENTRY_OVERHEAD: Final = 260

Form = TypeVar("Form")


def first_that_fits(limit: float, forms: Iterable[tuple[Form, int]]) -> Form:
    """Return the first form whose cost is within the usable part of the limit; the last form if none is.

    Args:
        limit: The platform's limit in bytes.
        forms: The forms from the complete one to the smallest, each with its cost, read up to the first that fits.
    """
    for form, cost in forms:  # noqa: B007 - the last form is the result where none fits
        if cost <= limit * USABLE_SHARE:
            break
    return form


def nested_length(text: str) -> int:
    """Return the length of an ASCII text as a string inside a JSON text."""
    return len(text) + text.count('"') + text.count("\\")


def table_cost(title: str, lines: Sequence[str]) -> int:
    """Return the maximum number of characters that a table adds to the text that the platform measures."""
    if not lines:
        return 0
    return ENTRY_OVERHEAD + 2 * len(json.dumps(title)) + sum(len(json.dumps(line)) + 2 for line in lines)


def named_cost(title: str, name: str, length: int) -> int:
    """Return the same for a link, or for an attachment whose base64 content has this length."""
    return ENTRY_OVERHEAD + 2 * len(json.dumps(title)) + 2 * len(json.dumps(name)) + length
