"""`make action NAME="Get Weather"`: write a new action that runs and passes its tests at once.

The action reads one submission. Edit its three files: script, declaration, test with examples.
"""

from __future__ import annotations

import argparse
import os
import re
from string import Template
from typing import TYPE_CHECKING, Final

from secops_lab.manifest import load_integration
from tools.hub_package import version
from tools.hub_step import INTEGRATION, REPOSITORY, say

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES: Final = REPOSITORY / "tools" / "templates"
# The hub allows letters, digits and blanks in the name of an action.
_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9]*( [A-Za-z0-9]+)*")
MAX_NAME_LENGTH: Final = 60
ALLOWED: Final = (
    "English words of letters and digits with one blank between them, beginning with a capital letter, "
    f"at most {MAX_NAME_LENGTH} characters"
)


class NameRefusedError(ValueError):
    """The name cannot be the name of a new action; the text says why, and what is allowed."""


def files_of(name: str, repository: Path = REPOSITORY) -> dict[Path, Path]:
    """Return the files of a new action with the template of each.

    Args:
        name: The name of the action.
        repository: The root of the repository.

    Raises:
        NameRefusedError: The name is not allowed, or an action has this name already.
    """
    if len(name) > MAX_NAME_LENGTH or not _NAME.fullmatch(name):
        raise NameRefusedError(f'NAME "{name}" is not allowed; allowed: {ALLOWED}.')
    stem = stem_of(name)
    integration = repository / INTEGRATION.relative_to(REPOSITORY)
    taken = load_integration(integration).actions
    if any(stem == each.stem or name.lower() == each.name.lower() for each in taken):
        raise NameRefusedError(f'NAME "{name}" is taken: actions/{stem}.yaml exists; choose another name.')
    return {
        integration / "actions" / f"{stem}.py": TEMPLATES / "action.py.txt",
        integration / "actions" / f"{stem}.yaml": TEMPLATES / "action.yaml.txt",
        repository / "tests" / "actions" / f"test_{stem}.py": TEMPLATES / "test_action.py.txt",
    }


def stem_of(name: str) -> str:
    """Return the name of an action's files: `get_weather` for `Get Weather`."""
    return name.lower().replace(" ", "_")


def class_of(name: str) -> str:
    """Return the name of an action's class: `GetWeather` for `Get Weather`; capitals inside a word stay."""
    return "".join(word[0].upper() + word[1:] for word in name.split())


def write(name: str, repository: Path = REPOSITORY) -> list[Path]:
    """Write the files of a new action.

    Returns:
        The files.

    Raises:
        NameRefusedError: See `files_of`; nothing was written.
    """
    files = files_of(name, repository)
    values = {"name": name, "stem": stem_of(name), "cls": class_of(name), "version": version(INTEGRATION)}
    for path, template in files.items():
        path.write_text(Template(template.read_text("utf-8")).substitute(values), "utf-8")
    return list(files)


def main(arguments: list[str] | None = None) -> int:
    """Write the files, and name the next steps.

    Returns:
        Exit code: 0 written, 2 the name is missing or not allowed.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.new_action", description=__doc__)
    parser.add_argument("name", nargs="?", default=os.environ.get("NAME", ""), help="such as 'Get Weather'")
    try:
        written = write(parser.parse_args(arguments).name.strip())
    except NameRefusedError as error:
        say(str(error))
        return 2
    paths = [path.relative_to(REPOSITORY).as_posix() for path in written]
    say("Written:\n" + "".join(f"  {path}\n" for path in paths))
    say("Next: write what the action does, then make generate, make check, make quick.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
