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


@pytest.mark.parametrize("stem", ["scan_hash", "scan_url", "upload_file_and_get_report"])
def test_the_committed_example_is_what_a_fresh_run_returns(fresh: dict[str, str], stem: str) -> None:
    """After a change that is wanted, `python -m tools.examples` writes them anew."""
    assert path_of(stem).read_text("utf-8") == fresh[stem]


def test_there_is_no_example_without_a_run() -> None:
    """No file is left over from an action that no longer returns one."""
    folder = path_of("any").parent
    stems = {
        path.name.removesuffix("_JsonResult_example.json")
        for path in folder.glob("*_JsonResult_example.json")
    }
    assert stems == {"scan_hash", "scan_url", "upload_file_and_get_report"}


@pytest.mark.parametrize("soar_sdk", ["real"], indirect=True)
def test_the_real_sdk_returns_the_same(soar_sdk: Path | None, fresh: dict[str, str]) -> None:
    """Whichever SDK runs the actions, the examples are the same to the letter."""
    assert {stem: written(example) for stem, example in fresh_examples(soar_sdk).items()} == fresh
