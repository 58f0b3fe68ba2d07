"""Many pages of the case wall in one browser, as an analyst with many cases has them."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.wall import attacking_host
from tests.waiting import until
from tools.chromium import FLAGS, MISSING, find_chromium

from secops_lab.web import CaseWall, WallSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page
    from tests.browser.conftest import Watch

    from secops_lab.platform import Case, LocalPlatform

TABS = 8
"""More than the six connections that Chromium opens to one server."""


def address_in(said: Path) -> str | None:
    """Find the address at which a Chromium says that it can be talked to."""
    found = re.search(r"ws://\S+(?=\n)", said.read_text())
    return found and found[0]


@pytest.fixture
def window(chromium: Browser, watch: Watch, tmp_path: Path) -> Iterator[BrowserContext]:
    """A Chromium that Playwright did not start: one whose tabs are hidden behind the one in front."""
    program = find_chromium()
    assert program is not None, MISSING
    # Without a window of its own: a first page that still loads may keep the connection from being made.
    flags = (
        "--headless=new",
        "--no-startup-window",
        "--disable-dev-shm-usage",
        "--remote-debugging-port=0",
        *FLAGS,
    )
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    said = tmp_path / "said"  # a file, since a pipe that nobody empties any more would stop it
    with said.open("w") as out, subprocess.Popen([program, profile, *flags], stderr=out) as running:
        try:
            until(lambda: address_in(said) is not None)
            address = address_in(said)
            assert address is not None
            browser = chromium.browser_type.connect_over_cdp(address, no_defaults=True)
            (context,) = browser.contexts
            context.on("page", watch.follow)
            yield context
            browser.close()
        finally:  # also where it could not be talked to: leaving the outer block waits for its end
            running.kill()


@pytest.fixture
def wall(platform: LocalPlatform, tmp_path: Path) -> Iterator[CaseWall]:
    """A wall of which only the stream of changes matters here."""
    with CaseWall(platform, attacking_host(tmp_path, platform), WallSettings("nobody")) as opened:
        yield opened


def say(case: Case, text: str) -> None:
    """Put a comment onto a case's wall."""
    case.post("comment", {"comment": text})


def test_more_pages_than_connections_load_and_follow(
    wall: CaseWall, window: BrowserContext, platform: LocalPlatform
) -> None:
    """Eight cases in eight tabs: each loads, catches up when it comes to the front, and then follows."""
    cases = [platform.new_case(f"Case of tab {number}") for number in range(TABS)]
    tabs: list[Page] = []
    for case in cases:
        tab = window.new_page()
        tab.goto(f"{wall.url}/cases/{case.identifier}")
        tabs.append(tab)
    for case in cases:
        say(case, "said while hidden")
    for tab, case in zip(tabs, cases, strict=True):
        tab.bring_to_front()
        notes = tab.locator("[data-live=notes]")
        expect(notes).to_contain_text("said while hidden")
        say(case, "said while seen")
        expect(notes).to_contain_text("said while seen")
