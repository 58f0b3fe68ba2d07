"""A page that follows a run for long: whoever reads in it is not disturbed."""

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

# Each process enriches the entities anew and waits on.
WAITS = """
for entity in siemplify.target_entities:
    entity.additional_properties["Round"] = entity.additional_properties.get("Round", "") + "I"
    entity.is_enriched = True
siemplify.update_entities(siemplify.target_entities)
print("said by a process")
siemplify.end("waiting", "state", EXECUTION_STATE_INPROGRESS)
"""


@pytest.fixture
def wall(platform: LocalPlatform, tmp_path: Path) -> Iterator[CaseWall]:
    """A wall whose action waits for ever."""
    with wall_on_toy(platform, tmp_path, WAITS, is_async=True, poll_interval=0.5) as opened:
        yield opened


@pytest.fixture
def waiting(wall: CaseWall, platform: LocalPlatform, page: Page) -> Page:
    """The page of a case with an entity, in which a run waits and has enriched it."""
    platform.new_case(entities=[("FILEHASH", "ab")])
    page.goto(f"{wall.url}/cases/1")
    page.get_by_role("button", name="Run Do It").click()
    expect(page.get_by_text("Processes and debug output")).to_be_visible()
    expect(page.get_by_text("Enrichment:")).to_be_visible()
    return page


def wait_for_two_more(page: Page) -> None:
    """Wait until the newest run has gone two rounds further, as the page shows it."""
    shown = "Number(/([0-9]+) process/.exec(document.querySelector('article.run header').textContent)[1])"
    page.wait_for_function(f"(before) => {shown} >= before + 2", arg=page.evaluate(shown))


def in_run(page: Page, part: str) -> Locator:
    return page.locator(f"article.run {part}").first


@pytest.mark.parametrize("part", ["article.run summary", "article.run .rounds pre", "article.entity summary"])
def test_the_focus_stays_where_it_is_while_rounds_go_by(waiting: Page, part: str) -> None:
    """Whoever uses the keyboard is not thrown back to the top of the page with each process."""
    waiting.get_by_text("Processes and debug output").click()
    place = waiting.locator(part).first
    place.focus()
    place.evaluate("(place) => { place.same = true; }")
    wait_for_two_more(waiting)
    expect(place).to_be_focused()
    assert place.evaluate("(place) => place.same")


def test_what_is_selected_stays_selected_while_rounds_go_by(waiting: Page) -> None:
    """Debug output can be marked and copied in peace."""
    waiting.get_by_text("Processes and debug output").click()
    in_run(waiting, ".rounds pre").evaluate("(said) => getSelection().selectAllChildren(said)")
    wait_for_two_more(waiting)
    assert "said by a process" in waiting.evaluate("getSelection().toString()")


def test_the_page_becomes_what_the_server_says(wall: CaseWall, waiting: Page) -> None:
    """After some rounds and the end it says word for word what a page drawn anew says."""

    def words() -> list[str]:
        texts = waiting.locator("article.run, article.entity").all_text_contents()
        return [" ".join(text.split()) for text in texts]

    wait_for_two_more(waiting)
    wall.wall.run(1).cancel.set()
    expect(in_run(waiting, "header .state")).to_have_text("Cancelled")
    followed = words()
    waiting.reload()
    assert words() == followed


def test_the_focus_of_a_button_that_goes_is_kept_at_the_run(wall: CaseWall, waiting: Page) -> None:
    """When a run ends there is nothing to cancel: the heading of the run is where one goes on."""
    waiting.get_by_role("button", name="Cancel").focus()
    wall.wall.run(1).cancel.set()
    expect(in_run(waiting, "header .state")).to_have_text("Cancelled")
    expect(in_run(waiting, "h3")).to_be_focused()


def test_a_lost_connection_is_said_until_it_is_back(
    wall: CaseWall, platform: LocalPlatform, waiting: Page, watch: Watch
) -> None:
    """The clock stands while nobody knows how the run stands; when the case wall is back the page goes on."""
    watch.allowed = ("ERR_",)
    clock, alert = in_run(waiting, "header [data-since]"), waiting.get_by_role("alert")
    expect(alert).to_be_hidden()
    wall.__exit__(None, None, None)
    with socket.socket() as kept:  # it does not listen, it only keeps the port from being given to others
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", wall.port))
        expect(alert).to_have_text("Connection to the case wall lost.")
        assert_accessible(waiting)
        stood = clock.text_content()
        waiting.wait_for_timeout(1_200)  # two ticks and more: nothing happens, for which one cannot wait
        assert clock.text_content() == stood
        with CaseWall(platform, wall.wall.host, wall.wall.settings, wall.port):
            expect(alert).to_be_hidden()
            platform.cases()[0].add_entity("FILEHASH", "cd")
            expect(waiting.locator("article.entity")).to_have_count(2)
