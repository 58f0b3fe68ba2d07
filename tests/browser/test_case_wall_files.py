"""Files that are selected in the browser: which of them the form contains, and the errors for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.views import delayed
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
    """Open a wall whose action returns the names of the files that it received."""
    platform.new_case()
    with wall_on_toy(
        platform, tmp_path, ECHO, parameters={"Sample File Path": "", "Comment": ""}, uploads_limit=LIMIT
    ) as opened:
        yield opened


def selected(*names: str, size: int = 1) -> list[FilePayload]:
    """Return files in the form that a file input accepts."""
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": b"x" * size} for name in names]


def test_only_the_last_selection_is_submitted(wall: CaseWall, page: Page) -> None:
    """Given files that are deselected while they are uploaded, the form does not contain them."""
    page.goto(f"{wall.url}/cases/1")
    page.locator("#run-form [data-files]").set_input_files(selected("first.exe"))
    expect(page.locator("#run-form .files li")).to_have_text(["first.exe (1 bytes)"])
    button = page.get_by_role("button", name="Run Do It")
    with delayed(page, "**/uploads"):
        with page.expect_request("**/uploads"):
            page.locator("#run-form [data-files]").set_input_files(selected("a.exe", "b.exe", "c.exe"))
        page.locator("#run-form [data-files]").set_input_files(selected("mine.exe"))
        expect(button).to_be_disabled()
    expect(button).to_be_enabled()
    expect(page.locator("#run-form .files li")).to_have_text(["mine.exe (1 bytes)"])
    button.click()
    expect(page.locator("article.run .message")).to_have_text("mine.exe")


def test_files_selected_before_the_script_is_loaded_are_uploaded(wall: CaseWall, page: Page) -> None:
    """Given a selection before the script runs, the file is uploaded and submitted."""
    with delayed(page, "**/static/form.js"):
        page.goto(f"{wall.url}/cases/1", wait_until="commit")
        page.locator("#run-form [data-files]").set_input_files(selected("early.exe"))
        expect(page.get_by_role("button", name="Run Do It")).to_be_disabled()
    expect(page.locator("#run-form .files li")).to_have_text(["early.exe (1 bytes)"])
    page.get_by_role("button", name="Run Do It").click()
    expect(page.locator("article.run .message")).to_have_text("early.exe")


def test_a_full_folder_is_reported_and_another_selection_frees_space(
    wall: CaseWall, page: Page, watch: Watch
) -> None:
    """The page shows the error of the server; a deselected file no longer counts."""
    watch.allowed = ("413",)
    page.goto(f"{wall.url}/cases/1")
    files, items = page.locator("#run-form [data-files]"), page.locator("#run-form .files li")
    files.set_input_files(selected("a.exe", "b.exe", size=LIMIT * 2 // 3))
    full = "The lab's folder for uploads is full (65,536 bytes); there is room again when "
    expect(items).to_have_text(
        ["a.exe (43,690 bytes)", f"b.exe: not uploaded. {full}a run with files has ended."]
    )
    files.set_input_files(selected("c.exe", size=LIMIT * 2 // 3))
    expect(items).to_have_text(["c.exe (43,690 bytes)"])


def test_adding_an_entity_keeps_the_values_of_the_form(
    wall: CaseWall, platform: LocalPlatform, page: Page
) -> None:
    """The next page contains the typed, selected and cleared values; the new entity is selected."""
    platform.cases()[0].add_entity("FILEHASH", "ab")
    page.goto(f"{wall.url}/cases/1")
    page.get_by_label("Comment").fill("typed <b>")
    page.locator("#run-form [data-files]").set_input_files(selected("a.exe"))
    expect(page.locator("#run-form .files li")).to_have_text(["a.exe (1 bytes)"])
    page.get_by_role("checkbox", name="ab").uncheck()
    page.get_by_text("Add an entity").click()
    page.locator("#new-value").fill("cd")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("article.entity")).to_have_count(2)
    expect(page.get_by_label("Comment")).to_have_value("typed <b>")
    expect(page.locator("#run-form .files li")).to_have_text(["a.exe (1 bytes)"])
    expect(page.get_by_role("checkbox", name="ab")).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="cd")).to_be_checked()
    page.get_by_role("button", name="Run Do It").click()
    expect(page.locator("article.run .message")).to_have_text("a.exe")
