"""Both READMEs match the code: commands, options, exit codes, links, make targets."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer

from secops_lab.cli.app import EXIT_CODES, app
from secops_lab.cli.exit_codes import ExitCode
from secops_lab.runs.vmray import EMULATOR_API_KEY

ROOT = Path(__file__).resolve().parents[2]
READMES = ["README.md", "README.es.md"]
GROUP = typer.main.get_group(app)
each_readme = pytest.mark.parametrize("readme", READMES)


def shell_lines(readme: str) -> list[str]:
    """Return the commands of all shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def own_commands(readme: str) -> list[list[str]]:
    """Return the words after `vmray-secops` of each line that calls it."""
    lines = [line.removeprefix(".venv/bin/") for line in shell_lines(readme)]
    return [shlex.split(line)[1:] for line in lines if line.startswith("vmray-secops")]


def table_under(readme: str, heading: str) -> dict[str, str]:
    """Return a two-column table by its first column."""
    text = (ROOT / readme).read_text("utf-8")
    _, _, after = text.partition(f"| {heading} |")
    rows = re.findall(r"^\| `?([^|`]+)`? \| (.+) \|$", after.partition("\n\n")[0], re.MULTILINE)
    return dict(rows)


@each_readme
def test_each_command_of_the_readme_is_valid(readme: str) -> None:
    """Given each `vmray-secops` line, then its command and its options exist, and its files are usable."""
    commands = own_commands(readme)
    assert {words[0] for words in commands} == {"actions", "demo", "emulate", "run"}
    for name, *words in commands:
        GROUP.commands[name].make_context(name, list(words))


@each_readme
def test_each_make_target_exists(readme: str) -> None:
    """Given each `make` line, then `make help` explains its target."""
    explained = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 - the reader's own make
    targets = set(re.findall(r"^  make (\S+)", explained, re.MULTILINE))
    used = {line.split()[1] for line in shell_lines(readme) if line.startswith("make ")}
    assert used == {"demo", "test", "hub"}
    assert used <= targets


def test_the_command_table_matches_the_help() -> None:
    """The table of commands has exactly the help text of each command."""
    assert table_under("README.md", "command") == {
        name: command.help for name, command in GROUP.commands.items()
    }


def test_the_exit_code_table_matches_the_code() -> None:
    """The exit codes and meanings in README and help are those of the code."""
    expected = {str(code.value): code.meaning for code in ExitCode}
    assert table_under("README.md", "exit code") == expected
    assert (
        "Exit codes: " + " · ".join(f"{code} {meaning}" for code, meaning in expected.items()) == EXIT_CODES
    )


def test_both_languages_have_the_same_commands_tables_and_links() -> None:
    """The Spanish README has the same commands, tables and links as the English README."""
    assert own_commands("README.md") == own_commands("README.es.md")
    assert shell_lines("README.md") == shell_lines("README.es.md")
    assert table_under("README.es.md", "comando").keys() == GROUP.commands.keys()
    assert table_under("README.es.md", "código de salida").keys() == {str(code.value) for code in ExitCode}
    assert links("README.md") - {"README.es.md"} == links("README.es.md") - {"README.md"}


@each_readme
def test_the_readme_has_the_key_of_the_emulator(readme: str) -> None:
    """Given the export line, then it contains the emulator's key and can be copied."""
    assert f"export VMRAY_API_KEY={EMULATOR_API_KEY}" in shell_lines(readme)


@each_readme
def test_each_relative_link_exists(readme: str) -> None:
    """Given each relative link, then it names a file or folder of the repository."""
    assert not [link for link in sorted(links(readme)) if not (ROOT / link).exists()]


def links(readme: str) -> set[str]:
    """Return the relative targets of all links."""
    return set(re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / readme).read_text("utf-8")))
