"""A case with more entities than fit into a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.views import assert_accessible
from tests.browser.wall import left_after, wall_on_toy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from secops_lab.platform import LocalPlatform

MANY = 75
COUNT = """
for entity in siemplify.target_entities:
    entity.additional_properties["Seen"] = "yes"
siemplify.update_entities(siemplify.target_entities)
siemplify.end(str(len(siemplify.target_entities)), True)
"""


@pytest.fixture
def many(platform: LocalPlatform, tmp_path: Path, page: Page) -> Iterator[Page]:
    """Return the page of a case with many entities; the action returns the number of entities it received."""
    platform.new_case(entities=[("FILEHASH", f"{number:064x}") for number in range(MANY)])
    with wall_on_toy(platform, tmp_path, COUNT) as wall, left_after(page):  # close the page first
        page.goto(f"{wall.url}/cases/1")
        yield page


def test_one_of_many_entities_can_be_selected(many: Page) -> None:
    """Buttons select or clear all checkboxes at once."""
    ticked = many.locator("[name=entity]:checked")
    expect(ticked).to_have_count(MANY)
    many.get_by_role("button", name="None").click()
    expect(ticked).to_have_count(0)
    many.get_by_role("button", name="All", exact=True).click()
    expect(ticked).to_have_count(MANY)
    many.get_by_role("button", name="None").click()
    many.get_by_role("checkbox", name=f"{7:064x}").check()
    many.get_by_role("button", name="Run Do It").click()
    expect(many.locator("article.run .message")).to_have_text("1")


def test_a_keyboard_user_can_skip_the_entities(many: Page) -> None:
    """A few keys lead to the button that runs the action, and to the runs."""
    many.get_by_role("button", name="None").focus()
    many.keyboard.press("Tab")
    many.keyboard.press("Enter")
    expect(many.get_by_role("button", name="Run Do It")).to_be_focused()
    many.keyboard.press("Enter")
    expect(many.locator("article.run .message")).to_have_text(str(MANY))
    many.goto(many.url.partition("#")[0])
    many.keyboard.press("Tab")
    many.keyboard.press("Tab")
    expect(many.get_by_role("link", name="Skip to the runs")).to_be_focused()
    many.keyboard.press("Enter")
    many.keyboard.press("Tab")
    expect(many.locator("article.run summary").first).to_be_focused()


def test_a_long_list_of_entities_does_not_make_the_page_long(many: Page) -> None:
    """The lists of entities have their own scroll bars at each width; axe-core finds no violation there."""
    many.get_by_role("button", name="Run Do It").click()
    expect(many.locator("article.run header .state")).to_have_text("Completed")
    expect(many.locator("article.run .message")).to_have_text(str(MANY))
    for width in (400, 1400):
        many.set_viewport_size({"width": width, "height": 900})
        assert many.evaluate("document.documentElement.scrollHeight") < 4 * 900
        assert many.evaluate("document.documentElement.scrollWidth") <= width
        assert_accessible(many)
