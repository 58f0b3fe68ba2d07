"""The examples of JSON results that the platform shows are what the actions return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tools.examples import fresh_examples, path_of, written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def fresh() -> dict[str, str]:
    """The files as a run of this moment would write them."""
    return {stem: written(example) for stem, example in fresh_examples().items()}


def test_the_committed_examples_are_what_a_fresh_run_returns(fresh: dict[str, str]) -> None:
    """None is out of date or left over; `python -m tools.examples` writes them anew where that is wanted."""
    committed = path_of("any").parent.glob("*_JsonResult_example.json")
    assert {path.name: path.read_text("utf-8") for path in committed} == {
        path_of(stem).name: text for stem, text in fresh.items()
    }


@pytest.mark.parametrize("soar_sdk", ["real"], indirect=True)
def test_the_real_sdk_returns_the_same(soar_sdk: Path | None, fresh: dict[str, str]) -> None:
    """Whichever SDK runs the actions, the examples are the same to the letter."""
    assert {stem: written(example) for stem, example in fresh_examples(soar_sdk).items()} == fresh
