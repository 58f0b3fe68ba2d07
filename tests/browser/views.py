"""Steps that several browser tests share."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # the package has no types
from tests.browser.results import SHA256, as_platform_gets_it, scan, uploaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Frame, Locator, Page, Route
    from tests.browser.conftest import Show

THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
HASH = SHA256.upper()
"""A hash as the platform writes it."""


@contextmanager
def delayed(page: Page, address: str) -> Iterator[None]:
    """Hold the requests for this address inside the block, and continue them afterwards."""
    kept: list[Route] = []
    over = False

    def keep(route: Route) -> None:
        if over:
            route.continue_()
        else:
            kept.append(route)

    page.route(address, keep)
    with page.expect_request(address):
        yield
    over = True
    for route in kept:
        route.continue_()


def open_lists(page: Page | Frame) -> None:
    """Open every section and list."""
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")


def assert_accessible(page: Page, *rules: str) -> None:
    """Assert that axe-core finds no violation of these rules, or of all its rules."""
    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, options=options | ({"runOnly": list(rules)} if rules else {}))
    assert found.violations_count == 0, found.generate_report()


COLOR_RULES: Final = ("color-contrast", "link-in-text-block")


def assert_accessible_in_each_theme(page: Page) -> None:
    """Assert that axe-core finds no violation of any rule, in the light and in the dark theme.

    Of the rules, only those about colors depend on the theme.
    """
    for number, theme in enumerate(THEMES):
        page.emulate_media(color_scheme=theme)
        assert_accessible(page, *(COLOR_RULES if number else ()))


def scan_hash(show: Show, *entities: tuple[str, object], **options: int) -> Page:
    """Show the result of Scan Hash for these entities."""
    return show("scan_hash", as_platform_gets_it(scan(*entities)), **options)


def upload(show: Show, *rows: dict[str, Any]) -> Page:
    """Show the result of an upload of these files."""
    return show("upload_file_and_get_report", as_platform_gets_it(uploaded(*rows)))


def iocs_of(page: Page, label: str) -> Locator:
    """Return the list of one type of IOC."""
    return page.locator("details", has=page.locator("summary", has_text=label))


def copied(page: Page) -> str:
    """Return the text in the clipboard."""
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text
