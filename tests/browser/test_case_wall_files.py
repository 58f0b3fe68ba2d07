"""Files that are chosen in the browser: what of them gets into a form, and what is said of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.wall import wall_on_toy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import FilePayload, Page

    from secops_lab.platform import LocalPlatform
    from secops_lab.web import CaseWall

NAMES = 'paths = siemplify.parameters["Sample File Path"].split(",")\n'
ECHO = NAMES + 'siemplify.end(" ".join(path.rpartition("/")[2] for path in paths), True)'


@pytest.fixture
def wall(platform: LocalPlatform, tmp_path: Path) -> Iterator[CaseWall]:
    """A wall whose action says the names of the files that it got."""
    platform.new_case()
    with wall_on_toy(platform, tmp_path, ECHO, parameters={"Sample File Path": ""}) as opened:
        yield opened


def chosen(*names: str, size: int = 1) -> list[FilePayload]:
    """Files as a file chooser gives them."""
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": b"x" * size} for name in names]


def slow(page: Page) -> None:
    """Let each request of a page take its time."""
    conditions = {"offline": False, "latency": 800, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", conditions)


def test_only_the_last_choice_is_submitted(wall: CaseWall, page: Page) -> None:
    """Files that are no longer chosen stay out of the form, however late they arrive."""
    page.goto(f"{wall.url}/cases/1")
    slow(page)
    page.locator("[data-files]").set_input_files(chosen("a.exe", "b.exe", "c.exe"))
    page.locator("[data-files]").set_input_files(chosen("mine.exe"))
    button = page.get_by_role("button", name="Run Do It")
    expect(button).to_be_disabled()
    expect(button).to_be_enabled()
    expect(page.locator(".files li")).to_have_text(["mine.exe (1 bytes)"])
    button.click()
    expect(page.locator("article.run .message")).to_have_text("mine.exe")
