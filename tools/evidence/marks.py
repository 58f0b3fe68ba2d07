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
    "recorded": "a real response of a VMRay server shows it",
    "documented": "the vendor's document, its clients, or a client in the field (each named) rely on it",
    "inferred": "our deduction, without proof",
    "emulator_only": "a feature of the emulator that a VMRay server does not have",
}
_ENDPOINT: Final = re.compile(r"(GET|POST|DELETE|ANY) /\S*")


class ProvenanceError(ValueError):
    """A contract test does not name, or names wrongly, the source of its claim."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The source of the behaviour that one test asserts.

    Attributes:
        kind: One of `KINDS`.
        source: The public source, by name.
        endpoint: The endpoint of the behaviour, as `METHOD /path`, below `/rest`.
        behaviour: The first sentence of the test's docstring.
    """

    kind: str
    source: str
    endpoint: str
    behaviour: str


def provenance_of(item: pytest.Item) -> Provenance:
    """Read the mark of one test.

    Raises:
        ProvenanceError: The test has no mark or several marks, its source or endpoint is missing or wrong, or
            the test has no docstring to quote.
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
    """Stop the session if a collected test of a folder does not name the source of its claim.

    Raises:
        pytest.UsageError: The text names these tests, each with its error.
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
