"""Small moves that several browser tests make in a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page


def open_lists(page: Page | Frame) -> None:
    """Unfold everything that can be unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")


def assert_accessible(page: Page, *rules: str) -> None:
    """axe-core, with these rules or every rule it has for a page, finds no violation."""
    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, options=options | ({"runOnly": list(rules)} if rules else {}))
    assert found.violations_count == 0, found.generate_report()
