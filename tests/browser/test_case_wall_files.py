"""Files that are chosen in the browser: what of them gets into a form, and what is said of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.views import held
from tests.browser.wall import wall_on_toy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import FilePayload, Page
    from tests.browser.conftest import Watch

    from secops_lab.platform import LocalPlatform
    from secops_lab.web import CaseWall

NAMES = 'paths = siemplify.parameters["Sample File Path"].split(",")\n'
ECHO = NAMES + 'siemplify.end(" ".join(path.rpartition("/")[2] for path in paths), True)'

LIMIT = 64 * 2**10


@pytest.fixture
def wall(platform: LocalPlatform, tmp_path: Path) -> Iterator[CaseWall]:
    """A wall whose action says the names of the files that it got."""
    platform.new_case()
    with wall_on_toy(
        platform, tmp_path, ECHO, parameters={"Sample File Path": "", "Comment": ""}, uploads_limit=LIMIT
    ) as opened:
        yield opened


def chosen(*names: str, size: int = 1) -> list[FilePayload]:
    """Files as a file chooser gives them."""
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": b"x" * size} for name in names]


def test_only_the_last_choice_is_submitted(wall: CaseWall, page: Page) -> None:
    """Files that are no longer chosen stay out of the form, however late they arrive."""
    page.goto(f"{wall.url}/cases/1")
    page.locator("[data-files]").set_input_files(chosen("first.exe"))
    expect(page.locator(".files li")).to_have_text(["first.exe (1 bytes)"])
    button = page.get_by_role("button", name="Run Do It")
    with held(page, "**/uploads"):
        with page.expect_request("**/uploads"):
            page.locator("[data-files]").set_input_files(chosen("a.exe", "b.exe", "c.exe"))
        page.locator("[data-files]").set_input_files(chosen("mine.exe"))
        expect(button).to_be_disabled()
    expect(button).to_be_enabled()
    expect(page.locator(".files li")).to_have_text(["mine.exe (1 bytes)"])
    button.click()
    expect(page.locator("article.run .message")).to_have_text("mine.exe")


def test_files_that_are_chosen_before_the_script_has_come_are_handed_over(wall: CaseWall, page: Page) -> None:
    """On a busy machine a page is used before its scripts run: no choice is lost then, and none left out."""
    with held(page, "**/static/form.js"):
        page.goto(f"{wall.url}/cases/1", wait_until="commit")
        page.locator("[data-files]").set_input_files(chosen("early.exe"))
        expect(page.get_by_role("button", name="Run Do It")).to_be_disabled()
    expect(page.locator(".files li")).to_have_text(["early.exe (1 bytes)"])
    page.get_by_role("button", name="Run Do It").click()
    expect(page.locator("article.run .message")).to_have_text("early.exe")


def test_a_full_folder_is_said_to_be_full_and_another_choice_makes_room(
    wall: CaseWall, page: Page, watch: Watch
) -> None:
    """The server's own sentence; what was chosen before and is not any more does not count."""
    watch.allowed = ("413",)
    page.goto(f"{wall.url}/cases/1")
    files, said = page.locator("[data-files]"), page.locator(".files li")
    files.set_input_files(chosen("a.exe", "b.exe", size=LIMIT * 2 // 3))
    full = "The lab's folder for uploads is full (65,536 bytes); there is room again when "
    expect(said).to_have_text(
        ["a.exe (43,690 bytes)", f"b.exe: not uploaded. {full}a run with files has ended."]
    )
    files.set_input_files(chosen("c.exe", size=LIMIT * 2 // 3))
    expect(said).to_have_text(["c.exe (43,690 bytes)"])


def test_an_entity_is_added_without_losing_what_is_in_the_form(
    wall: CaseWall, platform: LocalPlatform, page: Page
) -> None:
    """What was typed, chosen and cleared is there again on the next page; the new entity is ticked."""
    platform.cases()[0].add_entity("FILEHASH", "ab")
    page.goto(f"{wall.url}/cases/1")
    page.get_by_label("Comment").fill("typed <b>")
    page.locator("[data-files]").set_input_files(chosen("a.exe"))
    expect(page.locator(".files li")).to_have_text(["a.exe (1 bytes)"])
    page.get_by_role("checkbox", name="ab").uncheck()
    page.get_by_text("Add an entity").click()
    page.locator("#new-value").fill("cd")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("article.entity")).to_have_count(2)
    expect(page.get_by_label("Comment")).to_have_value("typed <b>")
    expect(page.locator(".files li")).to_have_text(["a.exe (1 bytes)"])
    expect(page.get_by_role("checkbox", name="ab")).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="cd")).to_be_checked()
    page.get_by_role("button", name="Run Do It").click()
    expect(page.locator("article.run .message")).to_have_text("a.exe")
