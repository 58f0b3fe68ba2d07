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


def address_in(stderr_file: Path) -> str | None:
    """Return the address of the remote debugging interface that Chromium writes to stderr."""
    found = re.search(r"ws://\S+(?=\n)", stderr_file.read_text())
    return found and found[0]


@pytest.fixture
def window(chromium: Browser, watch: Watch, tmp_path: Path) -> Iterator[BrowserContext]:
    """Start a Chromium without Playwright: its tabs are hidden behind the tab in front."""
    program = find_chromium()
    assert program is not None, MISSING
    # No start-up window: a first page that is still loading may prevent the connection.
    flags = (
        "--headless=new",
        "--no-startup-window",
        "--disable-dev-shm-usage",
        "--remote-debugging-port=0",
        *FLAGS,
    )
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    stderr_file = tmp_path / "stderr"  # a file: Chromium would block on a pipe that is no longer read
    with stderr_file.open("w") as out, subprocess.Popen([program, profile, *flags], stderr=out) as running:
        try:
            until(lambda: address_in(stderr_file) is not None)
            address = address_in(stderr_file)
            assert address is not None
            browser = chromium.browser_type.connect_over_cdp(address, no_defaults=True)
            (context,) = browser.contexts
            context.on("page", watch.record)
            yield context
            browser.close()
        finally:  # also without a connection: the outer block waits for the end of the process
            running.kill()


@pytest.fixture
def wall(platform: LocalPlatform, tmp_path: Path) -> Iterator[CaseWall]:
    """Open a wall; these tests use only its stream of changes."""
    with CaseWall(platform, attacking_host(tmp_path, platform), WallSettings("nobody")) as opened:
        yield opened


def add_comment(case: Case, text: str) -> None:
    """Add a comment to a case."""
    case.post("comment", {"comment": text})


def test_more_pages_than_connections_load_and_are_updated(
    wall: CaseWall, window: BrowserContext, platform: LocalPlatform
) -> None:
    """Given eight cases in eight tabs, each loads, and shows all changes when its tab is in front."""
    cases = [platform.new_case(f"Case of tab {number}") for number in range(TABS)]
    tabs: list[Page] = []
    for case in cases:
        tab = window.new_page()
        tab.goto(f"{wall.url}/cases/{case.identifier}")
        tabs.append(tab)
    for case in cases:
        add_comment(case, "added while hidden")
    for tab, case in zip(tabs, cases, strict=True):
        tab.bring_to_front()
        notes = tab.locator("[data-live=notes]")
        expect(notes).to_contain_text("added while hidden")
        add_comment(case, "added while visible")
        expect(notes).to_contain_text("added while visible")
