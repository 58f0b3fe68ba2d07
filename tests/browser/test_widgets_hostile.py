"""Hostile texts of samples in every field of every widget: displayed as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.hostile import TEXTS, everywhere
from tests.browser.results import as_platform_gets_it, file_row, report, scan, uploaded
from tests.browser.views import open_lists

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page
    from tests.browser.conftest import Show, Watch

WIDGET_ELEMENTS = {
    *("html", "head", "meta", "title", "style", "script", "body", "main"),
    *("h1", "h2", "h3", "p", "span", "div", "section", "ul", "li", "dl", "dt", "dd", "code", "i"),
    *("a", "button", "details", "summary"),
}
HIDDEN = (
    "\u202e\u2066\u2069\u200f\u200b\u200d\ufeff\u00ad\x00\x07\x1b\x7f\x9b\u2028\u2029"
    "\u034f\u115f\u1160\u17b4\u180b\u2065\u3164\ufe0f\uffa0\ufff0\U000e0100\U000e0fff"
)


def assert_only_widget_elements(page: Page) -> None:
    """Assert that the document contains only elements and attributes of the widget."""
    found = page.evaluate(
        """() => {
            const all = [...document.querySelectorAll("*")];
            return {
                tags: [...new Set(all.map((node) => node.localName))],
                handlers: all.flatMap((node) => node.getAttributeNames()).filter((name) => /^on/.test(name)),
                scripts: document.scripts.length,
                links: [...document.querySelectorAll("[href], [src]")].length,
            };
        }"""
    )
    assert set(found["tags"]) <= WIDGET_ELEMENTS
    assert found["handlers"] == []
    assert found["scripts"] == 1
    assert found["links"] == 0


def each_tab(page: Page) -> Iterator[str]:
    """Select one result after the other with all its lists open; yield the name of the hostile text."""
    for name, tab in zip(TEXTS, page.get_by_role("tab").all(), strict=True):
        tab.click()
        open_lists(page)
        yield name


def test_a_hostile_text_in_every_field_of_a_scan_stays_text(show: Show) -> None:
    """No dialog, no script error, no additional element, no request, no link; the widget works."""
    page = show(
        "scan_url", as_platform_gets_it(scan(*((t, everywhere(report(), t)) for t in TEXTS.values())))
    )
    for name in each_tab(page):
        expect(page.locator(".head .badge"), name).to_contain_text("Unknown")
        assert_only_widget_elements(page)
        assert not set(HIDDEN) & set(page.locator("body").inner_text()), name


def test_a_hostile_link_to_the_report_is_no_link(show: Show) -> None:
    """Given a hostile address of the report only, everything else is displayed as usual."""
    page = show(
        "scan_hash", as_platform_gets_it(scan(*((t, report(sample_webif_url=t)) for t in TEXTS.values())))
    )
    for name in each_tab(page):
        expect(page.locator(".head .badge"), name).to_contain_text("Malicious")
        assert_only_widget_elements(page)


@pytest.mark.parametrize("state", ["ok", "pending", "error"])
def test_a_hostile_text_in_every_field_of_an_upload_stays_text(show: Show, state: str) -> None:
    """The same for files that are done, pending and failed."""
    rows = [
        everywhere(file_row("/a", state), text) | {"result": state, "error": text} for text in TEXTS.values()
    ]
    page = show("upload_file_and_get_report", as_platform_gets_it(uploaded(*rows)))
    for _ in each_tab(page):
        assert_only_widget_elements(page)


def test_a_hostile_key_is_displayed_as_text(show: Show) -> None:
    """The type names of IOCs also come from the response."""
    odd = report(sample_webif_url=None)
    odd["iocs"] = {text: [{"url": "x", text: text}] for text in TEXTS.values()} | {
        "constructor": [{"toString": 1}]
    }
    page = show("scan_hash", as_platform_gets_it(scan(("A", odd))))
    open_lists(page)
    expect(page.get_by_role("heading", name=f"IOCs returned ({len(TEXTS) + 1})")).to_be_visible()
    assert_only_widget_elements(page)


@pytest.mark.parametrize("name", ["close-script", "comment-script"])
def test_a_text_that_ends_the_data_element_runs_nothing(show: Show, watch: Watch, name: str) -> None:
    """Given a platform that removes the escapes, the policy of the page blocks scripts and requests.

    The widget reports an unreadable result, and removes the inserted elements from the page.
    """
    watch.allowed = ("Content Security Policy",)
    remote = TEXTS["remote"].replace('"', "'")
    text = TEXTS[name] + remote
    page = show("scan_hash", '[{"Entity": "A", "EntityResult": {"sample_filename": "' + text + '"}}]')
    expect(page.locator("main")).to_contain_text("no result that this widget can read")
    assert_only_widget_elements(page)
    assert bool(watch.errors) == (name == "close-script")


def test_a_right_to_left_mark_is_displayed_as_its_code_point(show: Show) -> None:
    """Given a name with a right-to-left mark, the characters keep their order."""
    page = show("scan_hash", as_platform_gets_it(scan(("A", report(sample_filename="invoice\u202efdp.exe")))))
    expect(page.locator("h2")).to_have_text("invoiceU+202Efdp.exe")


@pytest.mark.parametrize(
    "name", ["newlines", "controls", "bidi", "invisible", "ignorable", "formula", "quotes"]
)
def test_a_hostile_ioc_is_copied_exactly(show: Show, name: str) -> None:
    """The copied text is exactly VMRay's text: nothing is added, lost or reordered."""
    odd = report()
    odd["iocs"] = {"mutexes": [{"mutex_name": TEXTS[name], "verdict": "malicious"}]}
    page = show("scan_hash", as_platform_gets_it(scan(("A", odd))))
    page.evaluate(
        """() => window.addEventListener("copy", (event) => {
            window.taken = event.clipboardData.getData("text/plain");
        })"""
    )
    page.get_by_role("button", name="Copy all: Mutexes").click()
    assert page.evaluate("window.taken") == TEXTS[name]
