"""docs/troubleshooting.md has every error class, with the messages that the code creates."""

from __future__ import annotations

import re

from tools import troubleshooting
from typer.main import get_command

from secops_lab.cli.app import app
from vm_ray.core.api.vmray_errors import SampleNotFoundError, VMRayError


def concrete(error: type[VMRayError]) -> set[str]:
    """Return the names of all subclasses of an error class that have no subclasses.

    A private class passes a reason on inside its module. Only some tests load such a module.
    """
    below = [each for each in error.__subclasses__() if not each.__name__.startswith("_")]
    return set().union(*map(concrete, below)) if below else {error.__name__}


def test_the_page_is_up_to_date() -> None:
    """Given the error classes, then the page is the one that is generated from them."""
    assert troubleshooting.PAGE.read_text("utf-8") == troubleshooting.page(), "run: make generate"


def test_every_error_is_on_the_page() -> None:
    """Given the error classes, then each has its section."""
    text = troubleshooting.table()
    assert len(concrete(VMRayError)) > 20
    assert [name for name in sorted(concrete(VMRayError)) if f"### {name}\n" not in text] == []


def test_every_error_has_its_own_cause_and_remedy() -> None:
    """Given the error classes, then no two share a cause or a remedy."""
    errors = troubleshooting.error_classes().values()
    assert len({error.cause for error in errors}) == len(errors)
    assert len({error.remedy for error in errors}) == len(errors)


def rows() -> list[str]:
    """Return the rows of the table that says what to change for each error."""
    _, _, section = troubleshooting.PAGE.read_text("utf-8").partition("## What to change for each error\n")
    return [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| `")]


def test_every_error_has_one_row_with_what_to_change() -> None:
    """Given the error classes, then each is in one row: what to change on the platform and in the CLI."""
    named = [name for row in rows() for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(troubleshooting.error_classes())
    for row in rows():
        _, _, platform, command, _ = row.split("|")
        assert platform.strip()
        assert command.strip()


def test_the_options_that_the_page_names_exist() -> None:
    """Given an option of the command line on the page, then a command has the option."""
    commands = get_command(app).commands.values()  # type: ignore[attr-defined]  # the application is a group
    parameters = [each for command in commands for each in command.params]
    options = {name for each in parameters for name in (*each.opts, *each.secondary_opts)}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", troubleshooting.PAGE.read_text("utf-8")))
    assert len(named) > 5
    assert named <= options


def test_messages_are_those_of_the_errors() -> None:
    """Given an error with a fixed text, then the page has that text."""
    assert troubleshooting.messages()["SampleNotFoundError"] == [str(SampleNotFoundError())]
