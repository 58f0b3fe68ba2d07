"""References inside VMRay's summary of an analysis: each names the path to another part of the document.

References into other files, dangling ones and those of another form have no target. A reference is followed once: what
it leads to can contain further references, which are not followed by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...core.api.vmray_models import Json, text_of

SUMMARY: Final = "logs/summary_v2.json"
MAX_STEPS: Final = 10


def entries_of(value: object) -> dict[str, Json]:
    """Return the objects of a map, or of a list by their positions; empty for another value."""
    if isinstance(value, list):
        value = {str(place): each for place, each in enumerate(value)}
    return {name: each for name, each in value.items() if isinstance(each, dict)} if isinstance(value, dict) else {}


def section(document: Json, name: str) -> Json:
    """Return a member that is an object; empty if it is missing or has another form."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def target(document: Json, reference: object) -> Json | None:
    """Return the object that a reference leads to; None if there is none in this document."""
    if not isinstance(reference, dict) or reference.get("source", SUMMARY) != SUMMARY:
        return None
    path = reference.get("path")
    if not isinstance(path, list) or not 0 < len(path) <= MAX_STEPS:
        return None
    found: Any = document
    for step in path:
        if isinstance(found, dict) and isinstance(step, str):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and 0 <= step < len(found):
            found = found[step]
        else:
            return None
    return found if isinstance(found, dict) else None


def targets(document: Json, references: object) -> Iterator[Json]:
    """Yield the objects that a list of references, or a single reference, leads to."""
    for each in references if isinstance(references, list) else [references]:
        found = target(document, each)
        if found is not None:
            yield found


def word_of(raw: Json, *fields: str) -> str:
    """Return the first of these fields that has a text or a number; empty if none has."""
    for field in fields:
        value = raw.get(field)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            return text_of(raw, field)
    return ""
