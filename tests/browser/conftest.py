"""A real Chromium for the browser tests, and a monitor that records errors of the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright
from tests.support.warm_start import forked_actions  # noqa: F401 - a fixture for all tests of this folder
from tools.chromium import FLAGS, MISSING, find_chromium, find_headless_chromium
from tools.widgets.build import PLACEHOLDER, WIDGETS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

PATIENCE = 30_000
"""Milliseconds to wait for an expected state; a machine may be busy."""

expect.set_options(timeout=PATIENCE)


# Without a browser these files are not collected; the skip message of `test_chromium.py` gives the reason.
collect_ignore_glob = [] if find_chromium() else ["test_case_wall*.py", "test_widgets*.py"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, once for each test process."""
    program = find_headless_chromium()
    assert program is not None, MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watch:
    """The errors of pages, and what pages did that is not allowed.

    Attributes:
        errors: Script errors, and errors in the console.
        dialogs: The messages of dialogs.
        blocked: The URLs of requests to addresses other than loopback.
        allowed: Words in errors that a test causes on purpose, such as the errors of a policy.
    """

    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    allowed: tuple[str, ...] = ()

    def record(self, page: Page) -> None:
        """Record the script errors and dialogs of a page."""
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)

        def dismiss(dialog: Dialog) -> None:
            self.dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismiss)

    def block(self, route: Route) -> None:
        """Record a request to an address other than loopback, and abort it."""
        self.blocked.append(route.request.url)
        route.abort()

    def clear(self) -> None:
        """Remove the records of earlier tests."""
        for kept in (self.errors, self.dialogs, self.blocked):
            kept.clear()
        self.allowed = ()

    def assert_no_errors(self) -> None:
        """Assert that there was no error, no dialog and no such request."""
        errors = [error for error in self.errors if not any(word in error for word in self.allowed)]
        assert (errors, self.dialogs, self.blocked) == ([], [], [])


def leaves_loopback(url: str) -> bool:
    """Return whether a request to this URL goes to an address other than loopback."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost")


@pytest.fixture(scope="session")
def watcher() -> Watch:
    """Return the monitor for all tests of a process."""
    return Watch()


@pytest.fixture(scope="session")
def profile(chromium: Browser, watcher: Watch) -> Iterator[BrowserContext]:
    """Return one browser profile for all tests; it may use the clipboard, and requests reach loopback only.

    A new profile and a new tab for each test need a third of the processor time of all tests in the browser.
    """
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    context.on("page", watcher.record)
    # A route receives only requests that are really sent, not those that a policy has blocked.
    context.route(leaves_loopback, watcher.block)
    yield context
    context.close()


@pytest.fixture
def watch(watcher: Watch) -> Iterator[Watch]:
    """Return the cleared monitor; fail the test after an error, a dialog or a blocked request."""
    watcher.clear()
    yield watcher
    watcher.assert_no_errors()


@pytest.fixture
def page(profile: BrowserContext, watch: Watch) -> Iterator[Page]:  # noqa: ARG001 - the watch checks the page
    """Return one tab of the shared profile, without data of earlier tests."""
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
    """Return a function that draws a widget as the platform does: with the JSON text at the placeholder.

    Given `built`, this is the HTML of the widget, otherwise it is that of the integration.
    """

    def draw(stem: str, json_text: str, *, width: int = 800, built: str = "") -> Page:
        widget = built or (WIDGETS / f"{stem}.html").read_text("utf-8")
        html = widget.replace(PLACEHOLDER, json_text)

        def respond(route: Route) -> None:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

        page.set_viewport_size({"width": width, "height": 900})
        page.route("http://127.0.0.1/widget", respond)
        page.goto("http://127.0.0.1/widget")
        return page

    return draw
