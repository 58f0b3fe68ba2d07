"""The generated blocks of the READMEs: the table of the actions and their messages.

A block stands between two comments. A row of the table is the first sentence of the action's description; the
Spanish README has its own sentences in `docs/actions.es.yaml`, and the English sentence if one is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from tools.hub_step import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from secops_lab.manifest import ActionSpec

SPANISH: Final = REPOSITORY / "docs" / "actions.es.yaml"


@dataclass(frozen=True, slots=True)
class Language:
    """The texts in the language of one README.

    Attributes:
        readme: The file.
        header: The titles of the columns.
        yes: For an action that waits for an analysis.
        no: For any other.
    """

    readme: Path
    header: tuple[str, str, str]
    yes: str
    no: str


ENGLISH: Final = Language(REPOSITORY / "README.md", ("action", "does", "waits for an analysis"), "yes", "no")
SPANISH_README: Final = Language(
    REPOSITORY / "README.es.md", ("acción", "qué hace", "espera a un análisis"), "sí", "no"
)


def spanish_sentences() -> dict[str, str]:
    """Return the Spanish sentences by the stem of the action."""
    return dict(yaml.safe_load(SPANISH.read_text("utf-8")))


def first_sentence(text: str) -> str:
    """Return the first sentence of a description, without its full stop."""
    return text.partition(". ")[0].rstrip(".")


def table(actions: Iterable[ActionSpec], language: Language, sentences: Mapping[str, str]) -> str:
    """Return the table of the actions: name, what the action does, whether the action waits.

    Args:
        actions: All actions.
        language: The language of the titles.
        sentences: Stem to sentence; an action without one gets the first sentence of its description.
    """
    rows = [
        (
            action.name,
            sentences.get(action.stem) or first_sentence(action.description),
            language.yes if action.is_async else language.no,
        )
        for action in actions
    ]
    lines = [language.header, ("---",) * len(language.header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def with_block(text: str, name: str, block: str) -> str:
    """Return the README with a new block of this name.

    Raises:
        ValueError: The two comments are missing, repeated or in the wrong order.
    """
    begin, end = f"<!-- make generate: {name} -->\n", f"<!-- end of {name} -->"
    before, found_begin, rest = text.partition(begin)
    old, found_end, after = rest.partition(end)
    if not found_begin or not found_end or begin in old + after or end in after:
        raise ValueError(f"a README needs {begin.strip()!r} and {end!r}, once each and in this order")
    return f"{before}{begin}{block}{end}{after}"
