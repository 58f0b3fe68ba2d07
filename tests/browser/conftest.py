"""A real Chromium for the tests of what an analyst sees, and a watch over what the pages in it do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright
from tools.chromium import FLAGS, MISSING, find_chromium
from tools.widgets.build import PLACEHOLDER, WIDGETS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

PATIENCE = 30_000
"""Milliseconds to wait for what will come; a machine may be busy."""

expect.set_options(timeout=PATIENCE)


# Without a browser one test says so, in one line, for all of them.
collect_ignore_glob = [] if find_chromium() else ["test_case_wall*.py", "test_widgets*.py"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once for each test process."""
    program = find_chromium()
    assert program is not None, MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page did that it should not have done.

    Attributes:
        errors: Script errors, and errors in the console.
        dialogs: What dialogs said.
        strayed: Requests that would have left loopback.
        allowed: Words of errors that a test provokes, such as a policy's refusals.
    """

    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)
    allowed: tuple[str, ...] = ()

    def follow(self, page: Page) -> None:
        """Keep the script errors and dialogs of a page."""
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

        def dismiss(dialog: Dialog) -> None:
            self.dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismiss)

    def stop(self, route: Route) -> None:
        """Keep a request that was about to leave loopback, and stop it there."""
        self.strayed.append(route.request.url)
        route.abort()

    def forget(self) -> None:
        """Forget what the pages of earlier tests did."""
        for kept in (self.errors, self.dialogs, self.strayed):
            kept.clear()
        self.allowed = ()

    def nothing(self) -> None:
        """Assert that nothing of the kind has happened."""
        errors = [error for error in self.errors if not any(word in error for word in self.allowed)]
        assert (errors, self.dialogs, self.strayed) == ([], [], [])


def leaves_loopback(url: str) -> bool:
    """Whether a request to this address would go to another machine."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost")


@pytest.fixture(scope="session")
def watcher() -> Watch:
    """Looks on in all tests of a process."""
    return Watch()


@pytest.fixture(scope="session")
def profile(chromium: Browser, watcher: Watch) -> Iterator[BrowserContext]:
    """One browser profile for all tests of a process; it may copy, and nothing beyond loopback is answered.

    A new profile and a new tab for each test need a third of the processor time of all tests in the browser.
    """
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    context.on("page", watcher.follow)
    # Routes see what really goes out; requests that a policy has refused do not come here.
    context.route(leaves_loopback, watcher.stop)
    yield context
    context.close()


@pytest.fixture
def watch(watcher: Watch) -> Iterator[Watch]:
    """Looks on, and fails the test for a script error, a dialog or a request that left loopback."""
    watcher.forget()
    yield watcher
    watcher.nothing()


@pytest.fixture
def page(profile: BrowserContext, watch: Watch) -> Iterator[Page]:  # noqa: ARG001 - the watch looks on
    """One tab of the watched profile, which is as new."""
    page = profile.pages[0] if profile.pages else profile.new_page()
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(color_scheme="null")
    yield page
    for other in profile.pages[1:]:
        other.close()
    if not page.is_closed():
        page.unroute_all()
        page.goto("about:blank")
        storage = {"origin": "*", "storageTypes": "all"}
        profile.new_cdp_session(page).send("Storage.clearDataForOrigin", storage)


Show = Callable[..., "Page"]


@pytest.fixture
def show(page: Page) -> Show:
    """Draws a widget as the platform does: the JSON text goes raw into the place of its placeholder."""

    def draw(stem: str, json_text: str, *, width: int = 800) -> Page:
        html = (WIDGETS / f"{stem}.html").read_text("utf-8").replace(PLACEHOLDER, json_text)

        def answer(route: Route) -> None:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

        page.set_viewport_size({"width": width, "height": 900})
        page.route("http://127.0.0.1/widget", answer)
        page.goto("http://127.0.0.1/widget")
        return page

    return draw
