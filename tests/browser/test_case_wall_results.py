"""The display of a result on the case wall: its frame, its tables, its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.views import delayed, open_lists
from tests.browser.wall import attacking_host, left_after

from secops_lab.web import CaseWall, WallSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page, Route
    from tests.browser.conftest import Watch

    from secops_lab.platform import LocalPlatform

BODY = """
siemplify.result.add_result_json([{"Entity": "A", "whole": 9007199254740993, "half": 0.5, "no": None}])
siemplify.result.add_data_table("long title " * 20, [",".join(["A long word"] * 9), ",".join(["x" * 40] * 9)])
siemplify.end("done", True)
"""


@pytest.fixture
def result(platform: LocalPlatform, tmp_path: Path, page: Page) -> Iterator[Page]:
    """Return the page of a case with one finished run and all sections open."""
    host = attacking_host(tmp_path, platform, body=BODY)
    with CaseWall(platform, host, WallSettings("nobody")) as wall, left_after(page):  # close the page first
        wall.wall.runs.start(host.actions()[0], platform.new_case(), [], {})
        wall.wall.runs.wait()
        page.goto(f"{wall.url}/cases/1")
        open_lists(page)
        yield page


def test_a_widget_has_its_declared_height(result: Page) -> None:
    """The height comes from the widget's YAML file."""
    expect(result.locator("iframe.widget")).to_have_css("height", "200px")


def test_a_large_number_is_displayed_with_all_digits(result: Page) -> None:
    """JavaScript cannot represent 2^53 + 1 exactly; other numbers are displayed as before."""
    tree = result.locator(".json")
    tree.locator("summary", has_text="0 {4}").click()
    expect(tree).to_contain_text("whole: 9007199254740993")
    expect(tree).to_contain_text("half: 0.5")
    expect(tree).to_contain_text("no: null")


def test_a_tree_opened_before_its_script_is_loaded_is_drawn(result: Page) -> None:
    """On a busy machine a user can open a section before the scripts of the page run."""
    with delayed(result, "**/static/tree.js"):
        result.goto(result.url, wait_until="commit")
        result.get_by_text("JSON result:").click()
    expect(result.locator(".json")).to_contain_text("result [1]")


@pytest.mark.parametrize("status", [None, 500])
def test_a_tree_that_fails_to_load_can_be_loaded_again(
    result: Page, watch: Watch, status: int | None
) -> None:
    """Given no connection or an error status, the page shows an alert; opening the section again retries."""
    watch.allowed = ("ERR_FAILED", "500")

    def fail(route: Route) -> None:
        if status is None:
            route.abort()
        else:
            route.fulfill(status=status)

    result.reload()
    result.route("**/runs/1/json", fail, times=1)
    fold, tree = result.get_by_text("JSON result:"), result.locator(".json")
    fold.click()
    expect(tree.get_by_role("alert")).to_have_text("Not loaded. Close this section and open it again.")
    fold.click()
    fold.click()
    expect(tree).to_contain_text("result [1]")
    expect(tree.get_by_role("alert")).to_have_count(0)


def test_the_title_of_a_wide_table_stays_visible(result: Page) -> None:
    """Given a table with a horizontal scroll bar, its title stays inside the visible part."""
    result.set_viewport_size({"width": 400, "height": 900})
    box, title = result.locator(".scroll"), result.locator("caption")
    assert box.evaluate("(box) => box.scrollWidth > box.clientWidth")
    for _ in ("at the left", "at the right"):
        around, inside = box.bounding_box(), title.bounding_box()
        assert around is not None
        assert inside is not None
        assert around["x"] <= inside["x"]
        assert inside["x"] + inside["width"] <= around["x"] + around["width"]
        box.evaluate("(box) => { box.scrollLeft = box.scrollWidth; }")
