"""The examples in docs and READMEs are what the actions say now, and they ask no more than is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tools.evidence.usage import USED_BY, emulated_endpoints
from tools.examples import INTEGRATION
from tools.simulation.__main__ import PAGE, READMES
from tools.simulation.page import BEGIN, END, page, readme
from tools.simulation.stage import ACTIONS, Shown, perform

from secops_lab.manifest import load_integration

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shown() -> list[Shown]:
    """What the actions show in a run of this moment."""
    return perform()


def test_the_page_is_what_the_actions_say(shown: list[Shown]) -> None:
    """After a change that is wanted, `python -m tools.simulation` writes it anew."""
    assert PAGE.read_text("utf-8") == page(shown)


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_readme_shows_what_the_actions_say(shown: list[Shown], path: Path) -> None:
    """So do the READMEs, between two comments."""
    text = path.read_text("utf-8")
    assert readme(text, shown) == text


def test_nothing_depends_on_the_run(shown: list[Shown]) -> None:
    """Two runs show the same, on other ports, in other folders and at another time."""
    assert perform() == shown


def test_no_action_is_left_out() -> None:
    """Every declared action is on the stage, and in the table of which action relies on which endpoint."""
    declared = {action.name for action in load_integration(INTEGRATION).actions}
    assert set(ACTIONS) == USED_BY.keys() == declared


def test_each_action_asks_what_is_told_of_it(shown: list[Shown]) -> None:
    """The table of which action relies on which endpoint leaves out nothing that an action really calls."""
    for one in shown:
        assert set(one.asked) <= set(USED_BY[one.action]), one.action
        assert one.asked


def test_the_endpoints_that_are_told_exist() -> None:
    """Each endpoint in that table is one that the emulator describes."""
    lists_by_column = re.compile(r"GET /(sample|submission|analysis)/(sample|submission|\{kind\})/\{\w+\}")
    told = {one for endpoints in USED_BY.values() for one in endpoints if not lists_by_column.fullmatch(one)}
    assert told <= set(emulated_endpoints())


def test_scans_show_everything_that_a_scan_leaves(shown: list[Shown]) -> None:
    """Both scans left tables, an insight and all documented enrichment fields."""
    for one in shown:
        if one.action.startswith("Scan"):
            assert len(one.tables) > 3
            assert one.insight.startswith("<h2>")
            assert len(one.enrichment) == 36


def test_a_readme_needs_its_comments(shown: list[Shown]) -> None:
    """A README without the two comments, or with more of them, is refused rather than guessed at."""
    for text in ("", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"):
        with pytest.raises(ValueError, match="README"):
            readme(text, shown)
