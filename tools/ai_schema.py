"""The names that the hub's schema for AI descriptions allows, from `ai_schema.yaml`.

The YAML of the integration has one name for each flag, the built form has another.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from secops_lab.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_SCHEMA: Final[dict[str, Any]] = read_yaml(Path(__file__).with_suffix(".yaml").read_text("utf-8"))

ENTITY_TYPES: Final[Mapping[str, str]] = _SCHEMA["entity_types"]
FILTERS: Final[Collection[str]] = _SCHEMA["filters"]
OUTCOMES: Final[Mapping[str, str]] = _SCHEMA["outcome_categories"]
AI_CATEGORIES: Final[Mapping[str, Collection[str]]] = _SCHEMA["ai_categories"]


class UnknownNameError(Exception):
    """A name that the hub's schema for AI descriptions does not have."""


def flags(what: str, allowed: Iterable[str], chosen: Collection[str]) -> dict[str, bool]:
    """Return each allowed name with whether it was chosen, in the order of the schema.

    Args:
        what: The kind of the names in an error, such as "entity type".
        allowed: All names of the kind.
        chosen: The names whose flag is set.

    Raises:
        UnknownNameError: A chosen name is not allowed.
    """
    names = list(allowed)
    for name in chosen:
        check(what, names, name)
    return {name: name in chosen for name in names}


def check(what: str, allowed: Collection[str], name: str) -> str:
    """Return the name if it is allowed.

    Raises:
        UnknownNameError: The name is not allowed.
    """
    if name not in allowed:
        raise UnknownNameError(f"the hub has no {what} {name!r}; it has {', '.join(allowed)}")
    return name


def entity_type_names(built: Iterable[str]) -> set[str]:
    """Return the names in the YAML for names of the platform, such as `file_hash` for `FILEHASH`.

    Raises:
        UnknownNameError: The hub has no such entity type.
    """
    names = {value: name for name, value in ENTITY_TYPES.items()}
    return {names[check("entity type", names, each)] for each in built}


def ai_categories(outcomes: Collection[str]) -> list[str]:
    """Return the AI categories of these outcome categories, in the order of the built form."""
    return [category for category, members in AI_CATEGORIES.items() if set(outcomes) & set(members)]
