"""The attachments of the case wall that a parameter names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ...core.api.vmray_errors import PlatformFileMissingError
from ...core.api.vmray_spelling import texts_of_list, trimmed
from ...core.api.vmray_text import one_line

ALL: Final = "all"
NEWEST: Final = "newest"
MAX_ATTACHMENTS: Final = 20
_MAX_NAME: Final = 100


class CaseFile(NamedTuple):
    """An attachment of the case wall.

    Attributes:
        number: Its id, which grows from attachment to attachment (inferred).
        name: Its name with the extension.
    """

    number: int | str
    name: str

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> CaseFile:
        """Return the attachment of the platform's object, which has the extension in ``type``."""
        name, extension = str(raw.get("name") or ""), str(raw.get("type") or "")
        is_extension = extension.startswith(".") and not name.lower().endswith(extension.lower())
        return cls(raw.get("id", ""), f"{name}{extension}" if is_extension else name)


class Choice(NamedTuple):
    """What one part of the parameter names.

    Attributes:
        name: The name of the attachment; as given if there is none.
        file: The attachment; None if there is none.
        problem: Why there is none.
        note: A note for the analyst.
    """

    name: str
    file: CaseFile | None = None
    problem: PlatformFileMissingError | None = None
    note: str = ""


def case_files(listed: object) -> list[CaseFile]:
    """Return the attachments of the platform's list, the newest first."""
    items = listed if isinstance(listed, list) else []
    files = [CaseFile.from_json(each) for each in items if isinstance(each, dict) and each.get("id") is not None]
    order = {each: (_number(each), place) for place, each in enumerate(files)}
    return sorted(files, key=order.__getitem__, reverse=True)


def chosen_files(text: str, files: Sequence[CaseFile]) -> list[Choice]:
    """Return what a text names: attachments by name or id, ``newest``, or ``all``; each attachment once.

    Args:
        text: The parameter: names and ids, separated by commas, or a list in JSON or Python.
        files: The attachments of the case, the newest first.
    """
    word = trimmed(text).lower()
    if word == ALL:
        return _all_choices(files)
    if word == NEWEST:
        return [Choice(files[0].name, files[0])] if files else []
    choices: dict[object, Choice] = {}
    for name in names_of(text, files):
        choice = _choice(name, files)
        choices.setdefault(choice.file or name, choice)
    return list(choices.values())


def _all_choices(files: Sequence[CaseFile]) -> list[Choice]:
    """Return the newest attachments; a note at the last one says that there are more."""
    taken = [Choice(each.name, each) for each in files[:MAX_ATTACHMENTS]]
    if len(files) > MAX_ATTACHMENTS:
        note = f"this is the last of the newest {MAX_ATTACHMENTS} attachments; {len(files)} exist, all takes no more"
        taken[-1] = taken[-1]._replace(note=note)
    return taken


def names_of(text: str, files: Iterable[CaseFile] = ()) -> list[str]:
    """Split a text at its commas, or read a list; a comma inside the name of an attachment belongs to the name."""
    given = texts_of_list(trimmed(text))
    if given is not None:
        return [name for name in map(trimmed, given) if name]
    known = {each.name.lower() for each in files}
    pieces = text.split(",")
    names: list[str] = []
    while pieces:
        ends = [end for end in range(1, len(pieces) + 1) if trimmed(",".join(pieces[:end])).lower() in known]
        end = max(ends, default=1)
        names.append(trimmed(",".join(pieces[:end])))
        pieces = pieces[end:]
    return [name for name in names if name]


def _choice(name: str, files: Sequence[CaseFile]) -> Choice:
    same = [each for each in files if each.name.lower() == name.lower()]
    if same:
        note = f"{len(same)} attachments have this name; the newest one was taken, id {same[0].number}"
        return Choice(same[0].name, same[0], note=note if len(same) > 1 else "")
    numbered = [each for each in files if str(each.number) == name]
    if numbered:
        return Choice(numbered[0].name, numbered[0])
    return Choice(name, problem=PlatformFileMissingError(_no_such(files)))


def _no_such(files: Sequence[CaseFile]) -> str:
    if not files:
        return "the case has no attachments"
    names = ", ".join(one_line(each.name, _MAX_NAME) for each in files[:MAX_ATTACHMENTS])
    return f"the case has no attachment with this name or id; it has: {names}"


def _number(file: CaseFile) -> int:
    text = str(file.number)
    return int(text) if text.isascii() and text.isdecimal() else -1
