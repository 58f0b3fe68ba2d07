"""The generated blocks of the READMEs: the tables of the actions and their messages.

A block stands between two comments. There is one table for each thing that a person wants to do
(`docs/action_groups.yaml`). A row of a table is the first sentence of the action's description; the
Spanish README has its own sentences in `docs/actions.es.yaml`, and the English sentence if one is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from secops_lab.yaml_text import read_yaml
from tools.hub_step import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from secops_lab.manifest import ActionSpec

SPANISH: Final = REPOSITORY / "docs" / "actions.es.yaml"
GROUPS: Final = REPOSITORY / "docs" / "action_groups.yaml"


@dataclass(frozen=True, slots=True)
class Language:
    """The texts in the language of one README.

    Attributes:
        code: The name of the language in `docs/action_groups.yaml`.
        readme: The file.
        header: The titles of the columns.
        yes: For an action that waits for an analysis.
        no: For any other.
        others: The title of the actions that are in no group.
    """

    code: str
    readme: Path
    header: tuple[str, str, str]
    yes: str
    no: str
    others: str


ENGLISH: Final = Language(
    "en", REPOSITORY / "README.md", ("action", "does", "waits for an analysis"), "yes", "no", "Others"
)
SPANISH_README: Final = Language(
    "es", REPOSITORY / "README.es.md", ("acción", "qué hace", "espera a un análisis"), "sí", "no", "Otras"
)


@dataclass(frozen=True, slots=True)
class Group:
    """The actions for one thing that a person wants to do.

    Attributes:
        titles: The title in each language.
        stems: The names of the files of the actions.
    """

    titles: Mapping[str, str]
    stems: Sequence[str]


def groups() -> list[Group]:
    """Return the groups in the order of the READMEs."""
    found = read_yaml(GROUPS.read_text("utf-8"))
    return [Group(each["titles"], each["actions"]) for each in found]


def spanish_sentences() -> dict[str, str]:
    """Return the Spanish sentences by the stem of the action."""
    return dict(read_yaml(SPANISH.read_text("utf-8")))


def first_sentence(text: str) -> str:
    """Return the first sentence of a description, without its full stop."""
    return text.partition(". ")[0].rstrip(".")


def tables(actions: Iterable[ActionSpec], language: Language, sentences: Mapping[str, str]) -> str:
    """Return a table for each group of actions that has any; the actions of no group come last."""
    by_stem = {action.stem: action for action in actions}
    parts = {
        group.titles[language.code]: [by_stem.pop(stem) for stem in group.stems if stem in by_stem]
        for group in groups()
    }
    parts[language.others] = list(by_stem.values())
    return "\n".join(
        f"**{title}**\n\n{table(some, language, sentences)}" for title, some in parts.items() if some
    )


def table(actions: Iterable[ActionSpec], language: Language, sentences: Mapping[str, str]) -> str:
    """Return one table of actions: name, what the action does, whether the action waits.

    Args:
        actions: The actions.
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
