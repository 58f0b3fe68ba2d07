"""The four provenance marks of contract tests, and the rule that each test carries exactly one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

#: Mark to meaning, strongest first.
KINDS: Final = {
    "recorded": "a real answer of a VMRay server shows it",
    "documented": "the vendor's document, its clients, or a client in the field (each named) rely on it",
    "inferred": "our deduction: plausible, and nothing more",
    "emulator_only": "the emulator's own doing; a VMRay server has nothing of the kind",
}
_ENDPOINT: Final = re.compile(r"(GET|POST|DELETE|ANY) /\S*")


class ProvenanceError(ValueError):
    """A contract test says nothing, or nothing usable, about how its claim is known."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the behaviour that one test asserts is known.

    Attributes:
        kind: One of `KINDS`.
        source: The public source, by name.
        endpoint: The endpoint it is about, as `METHOD /path`, below `/rest`.
        behaviour: The first sentence of the test's docstring.
    """

    kind: str
    source: str
    endpoint: str
    behaviour: str


def provenance_of(item: pytest.Item) -> Provenance:
    """Read the mark of one test.

    Raises:
        ProvenanceError: There is none or more than one, its source or endpoint is missing or odd, or the test
            has no docstring to quote.
    """
    marks = [mark for kind in KINDS for mark in item.iter_markers(kind)]
    if len(marks) != 1:
        kinds = ", ".join(mark.name for mark in marks) or "none"
        raise ProvenanceError(f"exactly one of the marks {', '.join(KINDS)} is needed, found: {kinds}")
    mark = marks[0]
    source = mark.args[0] if len(mark.args) == 1 else None
    if not isinstance(source, str) or not source.strip():
        raise ProvenanceError(f"@{mark.name} needs its source, by name")
    endpoint = mark.kwargs.get("endpoint")
    if mark.kwargs.keys() != {"endpoint"} or not _ENDPOINT.fullmatch(str(endpoint)):
        raise ProvenanceError(f'@{mark.name} needs endpoint="METHOD /path" and nothing else by name')
    return Provenance(mark.name, source.strip(), str(endpoint), _behaviour(item))


def _behaviour(item: pytest.Item) -> str:
    text = str(getattr(getattr(item, "function", None), "__doc__", None) or "").strip()
    if not text:
        raise ProvenanceError("the docstring, which says the behaviour, is missing")
    return " ".join(text.split("\n\n")[0].split())


def require_provenance(items: list[pytest.Item], folder: Path) -> None:
    """Stop the session while a collected test of a folder does not say how its claim is known.

    Raises:
        pytest.UsageError: It names these tests, each with what is wrong.
    """
    missing = []
    for item in items:
        if item.path.is_relative_to(folder):
            try:
                provenance_of(item)
            except ProvenanceError as error:
                missing.append(f"{item.nodeid}: {error}")
    if missing:
        raise pytest.UsageError("contract tests without provenance:\n  " + "\n  ".join(missing))
