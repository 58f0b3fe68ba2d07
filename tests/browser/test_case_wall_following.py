"""A page that follows a long run does not disturb its reader."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.views import assert_accessible
from tests.browser.wall import wall_on_toy

from secops_lab.web import CaseWall

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page
    from tests.browser.conftest import Watch

    from secops_lab.platform import LocalPlatform

# Each process enriches the entities again and continues to wait.
WAITS = """
for entity in siemplify.target_entities:
    entity.additional_properties["Round"] = entity.additional_properties.get("Round", "") + "I"
    entity.is_enriched = True
siemplify.update_entities(siemplify.target_entities)
print("written by a process")
siemplify.end("waiting", "state", EXECUTION_STATE_INPROGRESS)
"""


@pytest.fixture
def wall(platform: LocalPlatform, tmp_path: Path) -> Iterator[CaseWall]:
    """Open a wall whose action waits without end."""
    with wall_on_toy(platform, tmp_path, WAITS, is_async=True, poll_interval=0.5) as opened:
        yield opened


@pytest.fixture
def waiting(wall: CaseWall, platform: LocalPlatform, page: Page) -> Page:
    """Return the page of a case with an entity, which a waiting run has enriched."""
    platform.new_case(entities=[("FILEHASH", "ab")])
    page.goto(f"{wall.url}/cases/1")
    page.get_by_role("button", name="Run Do It").click()
    expect(page.get_by_text("Processes and debug output")).to_be_visible()
    expect(page.get_by_text("Enrichment:")).to_be_visible()
    return page


def wait_for_two_more_rounds(page: Page) -> None:
    """Wait until the page shows two more rounds of the newest run."""
    shown = "Number(/([0-9]+) process/.exec(document.querySelector('article.run header').textContent)[1])"
    page.wait_for_function(f"(before) => {shown} >= before + 2", arg=page.evaluate(shown))


def in_run(page: Page, part: str) -> Locator:
    return page.locator(f"article.run {part}").first


@pytest.mark.parametrize("part", ["article.run summary", "article.run .rounds pre", "article.entity summary"])
def test_new_rounds_do_not_move_the_focus(waiting: Page, part: str) -> None:
    """Given a focused element, a keyboard user does not lose the position with new rounds."""
    waiting.get_by_text("Processes and debug output").click()
    place = waiting.locator(part).first
    place.focus()
    place.evaluate("(place) => { place.same = true; }")
    wait_for_two_more_rounds(waiting)
    expect(place).to_be_focused()
    assert place.evaluate("(place) => place.same")


def test_new_rounds_do_not_change_the_selection(waiting: Page) -> None:
    """Given selected debug output, the user can copy it after new rounds."""
    waiting.get_by_text("Processes and debug output").click()
    in_run(waiting, ".rounds pre").evaluate("(node) => getSelection().selectAllChildren(node)")
    wait_for_two_more_rounds(waiting)
    assert "written by a process" in waiting.evaluate("getSelection().toString()")


def test_an_updated_page_equals_a_reloaded_page(wall: CaseWall, waiting: Page) -> None:
    """Given some rounds and the end of the run, the page has the same text after a reload."""

    def texts_of_page() -> list[str]:
        texts = waiting.locator("article.run, article.entity").all_text_contents()
        return [" ".join(text.split()) for text in texts]

    wait_for_two_more_rounds(waiting)
    wall.wall.run(1).cancel.set()
    expect(in_run(waiting, "header .state")).to_have_text("Cancelled")
    updated = texts_of_page()
    waiting.reload()
    assert texts_of_page() == updated


def test_the_focus_of_a_removed_button_moves_to_its_run(wall: CaseWall, waiting: Page) -> None:
    """Given a focused Cancel button, the end of the run moves the focus to the heading of the run."""
    waiting.get_by_role("button", name="Cancel").focus()
    wall.wall.run(1).cancel.set()
    expect(in_run(waiting, "header .state")).to_have_text("Cancelled")
    expect(in_run(waiting, "h3")).to_be_focused()


def test_a_lost_connection_is_shown_until_it_is_back(
    wall: CaseWall, platform: LocalPlatform, waiting: Page, watch: Watch
) -> None:
    """Given a lost connection, the clock stops; when the case wall is back, the page is updated."""
    watch.allowed = ("ERR_",)
    clock, alert = in_run(waiting, "header [data-since]"), waiting.get_by_role("alert")
    expect(alert).to_be_hidden()
    wall.__exit__(None, None, None)
    with socket.socket() as kept:  # bound, not listening: no other process gets the port
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", wall.port))
        expect(alert).to_have_text("Connection to the case wall lost.")
        assert_accessible(waiting)
        stopped_at = clock.text_content()
        waiting.wait_for_timeout(1_200)  # more than two ticks: there is no event to wait for
        assert clock.text_content() == stopped_at
        with CaseWall(platform, wall.wall.host, wall.wall.settings, wall.port):
            expect(alert).to_be_hidden()
            platform.cases()[0].add_entity("FILEHASH", "cd")
            expect(waiting.locator("article.entity")).to_have_count(2)
