"""The names in the diagrams of docs/architecture.md and in docs/glossary.md are names in the code."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tools.hub_step import INTEGRATION, REPOSITORY

from vm_ray.core.api.vmray_timing import Timing
from vm_ray.core.submissions.vmray_detonation import Detonation, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARCHITECTURE = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
GLOSSARY = (REPOSITORY / "docs" / "glossary.md").read_text("utf-8")
DIAGRAMS = re.findall(r"```mermaid\n(.*?)```", ARCHITECTURE, re.DOTALL)
CORE = INTEGRATION / "core"
CORE_PACKAGES = sorted(path.parent.name for path in CORE.glob("*/__init__.py"))
#: Names of products, and of the SDK, which is not in the integration.
FOREIGN = {"SecOps", "SiemplifyAction"}


def sources() -> Iterator[Path]:
    """Yield all modules of the project."""
    for folder in ("src", "integrations/vm_ray", "tests", "tools"):
        yield from (REPOSITORY / folder).rglob("*.py")


class Names(NamedTuple):
    """The names of the code: modules and packages, classes, functions and methods."""

    modules: set[str]
    classes: set[str]
    functions: set[str]


@cache
def names_in_code() -> Names:
    """Return all names of the code."""
    modules: set[str] = set()
    classes: set[str] = set()
    functions: set[str] = set()
    for path in sources():
        modules |= {path.stem, path.parent.name}
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                classes.add(node.name)
            elif isinstance(node, ast.FunctionDef):
                functions.add(node.name)
    return Names(modules, classes, functions)


def diagram(first_word: str, containing: str = "") -> str:
    """Return the one diagram of a kind."""
    (found,) = [each for each in DIAGRAMS if each.startswith(first_word) and containing in each]
    return str(found)


def test_every_kind_of_diagram_exists() -> None:
    """Given the page, then it has components, layers, a sequence and states."""
    kinds = [each.split(maxsplit=1)[0] for each in DIAGRAMS]
    assert sorted(kinds) == ["flowchart", "flowchart", "flowchart", "sequenceDiagram", "stateDiagram-v2"]


def test_classes_in_diagrams_exist() -> None:
    """Given the words in CamelCase, then each is a class of the code."""
    named = set(re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", "".join(DIAGRAMS))) - FOREIGN
    assert len(named) > 10
    assert named - names_in_code().classes == set()


def test_functions_in_diagrams_exist() -> None:
    """Given the words with parentheses, then each is a function or method of the code."""
    named = set(re.findall(r"\b(\w+)\(\)", "".join(DIAGRAMS)))
    assert len(named) > 10
    assert named - names_in_code().functions == set()


def test_modules_on_the_page_exist() -> None:
    """Given the names of modules and packages, then each exists."""
    named = set(re.findall(r"\b(?:vmray_(?!secops)\w+|secops_lab\.\w+|vm_ray\.\w+)\b", ARCHITECTURE))
    assert len(named) > 10
    assert {name for name in named if name.rpartition(".")[2] not in names_in_code().modules} == set()


def test_durations_in_diagrams_exist() -> None:
    """Given the pauses of the sequence, then they are durations of `Timing`."""
    (named,) = re.findall(r"pauses of (\w+)", diagram("sequenceDiagram"))
    assert named in Timing.__dataclass_fields__


def test_the_state_diagram_has_the_stages() -> None:
    """Given the state diagram, then its states are the stages, and its transitions are methods of an item."""
    states = diagram("stateDiagram")
    arrows = re.findall(r"^ +(\S+) --> ([A-Z\[\]*]+)(?:: (\w+)\(\))?$", states, re.MULTILINE)
    assert len(arrows) == states.count("-->")
    assert {name for arrow in arrows for name in arrow[:2]} - {"[*]"} == set(Stage.__members__)
    methods = {method for _, _, method in arrows if method}
    assert [method for method in sorted(methods) if not hasattr(Detonation, method)] == []


def test_the_layer_diagram_has_the_imports_of_core() -> None:
    """Given the diagram of layers, then its arrows are exactly the imports between the packages of `core`."""
    arrows = re.findall(r"^ +(\w+)(?:\[[^]]+\])? --> (\w+)", diagram("flowchart", "core/soar"), re.MULTILINE)
    imports = {
        (package, imported)
        for package in CORE_PACKAGES
        for path in (CORE / package).glob("*.py")
        for imported in re.findall(r"^ *from \.\.\.core\.(\w+)\.", path.read_text("utf-8"), re.MULTILINE)
        if imported != package
    }
    assert {arrow for arrow in arrows if arrow[0] != "actions"} == imports
    assert {"api", "results", "soar", "submissions"} < set(CORE_PACKAGES)


def own_words() -> dict[str, str]:
    """Return the words of this project in the glossary, with their names in the code."""
    _, _, section = GLOSSARY.partition("## Words of this project")
    return dict(re.findall(r"^\| ([^|`]+) \| `([^`]+)` \| .+ \|$", section, re.MULTILINE))


def test_the_glossary_has_words_of_this_project() -> None:
    """Given the glossary, then each row of the last section is parsed."""
    _, _, section = GLOSSARY.partition("## Words of this project")
    assert len(own_words()) == section.count("\n| ") - 1 > 10


@pytest.mark.parametrize(("word", "name"), own_words().items())
def test_words_of_this_project_exist_in_the_code(word: str, name: str) -> None:
    """Given a word of this project, then its module, class or function exists."""
    assert name in set().union(*names_in_code()), word


def test_each_word_of_the_glossary_has_one_meaning() -> None:
    """Given all tables, then no word occurs twice."""
    words = re.findall(r"^\| ([^|]+?) \| (?!---)", GLOSSARY, re.MULTILINE)
    words = [word for word in words if word != "word"]
    assert sorted(set(words)) == sorted(words)
