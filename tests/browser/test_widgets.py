"""What an analyst can read and do in a widget."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.results import SHA256, file_row, report, sample, scan, uploaded
from tests.browser.views import HASH, assert_accessible_in_each_theme, iocs_of, open_lists, scan_hash

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Show


@pytest.mark.parametrize(
    ("verdict", "kind", "word"),
    [
        ("malicious", "malicious", "Malicious"),
        ("suspicious", "suspicious", "Suspicious"),
        ("clean", "clean", "Clean"),
        (None, "unknown", "Unknown"),
        ("not_available", "unknown", "Unknown"),
        ("brand_new", "unknown", "Unknown"),
    ],
)
def test_the_verdict_is_a_word_and_a_colour(show: Show, verdict: str | None, kind: str, word: str) -> None:
    """Each verdict has its own word and colour; an unknown value is displayed as unknown, with the value."""
    page = scan_hash(show, (HASH, report(sample_verdict=verdict)))
    head = page.locator(".head")
    expect(head.locator(".badge")).to_contain_text(word)
    expect(head).to_have_class(f"head {kind}")
    if verdict in ("not_available", "brand_new"):
        expect(head).to_contain_text(f"Verdict: unknown ({verdict.replace('_', ' ')})")


def test_the_four_verdicts_have_four_colours(show: Show) -> None:
    """The colour alone distinguishes the verdicts."""
    colours = set()
    for verdict in ("malicious", "suspicious", "clean", None):
        badge = scan_hash(show, (HASH, report(sample_verdict=verdict))).locator(".head .badge")
        colours.add(badge.evaluate("(node) => getComputedStyle(node).backgroundColor"))
    assert len(colours) == 4


def test_the_verdict_of_an_old_server_comes_from_the_severity(show: Show) -> None:
    """Servers before 4.0 return no verdict; the severity has the same meaning."""
    old = sample(sample_severity="not_suspicious")
    del old["sample_verdict"]
    expect(scan_hash(show, (HASH, old)).locator(".head .badge")).to_contain_text("Clean")


def test_the_head_shows_what_was_analyzed_and_when(show: Show) -> None:
    """The head contains name, type, size, threats, classifications, and a date with its meaning."""
    head = scan_hash(show, (HASH, report())).locator(".head")
    expect(head.locator("h2")).to_have_text("invoice.exe")
    expect(head).to_contain_text(
        "Windows Exe (x86-32) · 14.5 KiB · First seen by VMRay 2026-03-05 07:29:05 UTC"
    )
    expect(head).to_contain_text("Threats Gen.LoaderC2/Generic-A")
    expect(head).to_contain_text("Classified as DropperSpyware")


def test_a_sample_without_a_date_shows_no_date(show: Show) -> None:
    """Given no date, the label of the date is missing too."""
    head = scan_hash(show, (HASH, report(sample_created=None))).locator(".head")
    expect(head).to_contain_text("Windows Exe (x86-32) · 14.5 KiB")
    expect(head).not_to_contain_text("First seen")


def test_threat_indicators_are_sorted_by_score(show: Show) -> None:
    """A score below zero is labelled benign, and a missing score is labelled too."""
    page = scan_hash(show, (HASH, report()))
    rows = page.locator("section", has_text="Threat indicators returned (5)").locator("li")
    expect(rows).to_have_text(
        [
            "5/5Known malwareAntivirus · Virus",
            "3/5Odd metadataHeuristics",
            "1/5Creates mutexMutex",
            "benignSigned by a known vendorReputation",
            "no scoreFrom an old serverOld",
        ]
    )


def test_iocs_are_counted_by_type_and_verdict(show: Show) -> None:
    """Each type shows its number of IOCs, and the number of each verdict.

    The numbers are about the result: VMRay may have more IOCs than the limits allow; the insight states this.
    """
    page = scan_hash(show, (HASH, report()))
    expect(page.get_by_role("heading", name="IOCs returned (10)")).to_be_visible()
    expect(page.locator("summary")).to_have_text(
        [
            "URLs 1 returned✕1 malicious",
            "Domains 1 returned!1 suspicious",
            "IP addresses 2 returned✕1 malicious✓1 clean",
            "Files 2 returned✕1 malicious?1 unknown",
            "E-mails 1 returned✕1 malicious",
            "Processes 1 returned✕1 malicious",
            "Mutexes 1 returned!1 suspicious",
            "Registry keys 1 returned✓1 clean",
        ]
    )


def test_file_hashes_are_read_from_their_list_and_emails_by_their_sender(show: Show) -> None:
    """VMRay returns the hashes of a file in `hashes[]`, and for an e-mail only the sender."""
    page = scan_hash(show, (HASH, report()))
    files = iocs_of(page, "Files 2")
    files.locator("summary").click()
    expect(files.locator("li").first).to_contain_text("C:\\Users\\eve\\upd.exe" + SHA256)
    expect(files.locator("li").last.locator("code")).to_have_text([SHA256])
    emails = iocs_of(page, "E-mails")
    emails.locator("summary").click()
    expect(emails.locator("code").first).to_have_text("eve@mail.invalid")
    expect(emails).to_contain_text("Subject: Your invoice · To: bob@corp.invalid")


def test_the_report_opens_in_a_separate_tab(show: Show) -> None:
    """The new tab gets no reference to the page of the case."""
    link = scan_hash(show, (HASH, report())).get_by_role("link", name="Open report")
    assert link.get_attribute("href") == "https://vmray.example/samples/12"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert link.get_attribute("target") == "_blank"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "", None, 7]
)
def test_only_web_addresses_become_links(show: Show, address: object) -> None:
    """Given another scheme or another type, there is no link."""
    page = scan_hash(show, (HASH, report(sample_webif_url=address)))
    expect(page.locator(".head")).to_be_visible()
    expect(page.get_by_role("link")).to_have_count(0)


def test_the_keyboard_selects_one_of_several_entities(show: Show) -> None:
    """Arrows, Home and End select a tab; the tab names the panel; the totals are above."""
    page = scan_hash(show, (HASH, report()), ("B", report(sample_verdict="clean")), ("C", None))
    expect(page.locator("main")).to_contain_text("3 hashes: 1 malicious, 1 clean, 1 no result")
    page.get_by_role("tab", name=HASH).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", selected=True)).to_have_accessible_name("Clean B")
    expect(page.get_by_role("tabpanel")).to_have_accessible_name("Clean B")
    expect(page.locator(".head .badge")).to_contain_text("Clean")
    page.keyboard.press("End")
    expect(page.locator(".head")).to_contain_text("VMRay has no report for this hash.")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("tab", selected=True)).to_be_focused()
    expect(page.locator(".head .badge")).to_contain_text("Malicious")


def test_the_worst_entity_is_first_and_selected(show: Show) -> None:
    """Given any order of the result, the tabs are sorted by verdict, then in the order of the result."""
    verdicts = {"A": "clean", "B": None, "C": "malicious", "D": "suspicious", "E": "malicious"}
    results = [(name, report(sample_verdict=verdict)) for name, verdict in verdicts.items()]
    page = scan_hash(show, ("NONE", None), *results)
    expect(page.get_by_role("tab")).to_contain_text(
        ["MaliciousC", "MaliciousE", "SuspiciousD", "CleanA", "UnknownB", "No resultNONE"]
    )
    expect(page.get_by_role("tab", selected=True)).to_have_accessible_name("Malicious C")
    expect(page.locator(".head .badge")).to_contain_text("Malicious")
    expect(page.locator("main")).to_contain_text(
        "6 hashes: 2 malicious, 1 suspicious, 1 clean, 1 unknown, 1 no result"
    )


def test_the_theme_follows_the_system_until_it_is_switched(show: Show, page: Page) -> None:
    """The button names the other theme, and the selection is stored."""
    page.emulate_media(color_scheme="dark")
    scan_hash(show, (HASH, report()))
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Light theme").press("Enter")
    light = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == light
    expect(page.get_by_role("button", name="Dark theme")).to_be_visible()


@pytest.mark.parametrize("width", [320, 400, 800, 1400])
def test_no_content_is_wider_than_the_frame(show: Show, width: int) -> None:
    """Long names, hashes and paths wrap; the frame has no horizontal scroll bar."""
    long = report(sample_filename="A" * 3000, sample_threat_names=["B" * 900], sample_type="C" * 500)
    long["iocs"]["urls"] = [{"url": "https://" + "d" * 5000, "verdict": "malicious"}]
    page = scan_hash(show, ("E" * 500, long), (HASH, report()), width=width)
    open_lists(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


VERDICTS = ("malicious", "suspicious", "clean", None)
ENTITIES = scan(*((f"{verdict}", report(sample_verdict=verdict)) for verdict in VERDICTS))
FILES = uploaded(file_row("/a"), file_row("/b", "pending"), file_row("/c", "error", error="broken"))


@pytest.mark.parametrize(
    ("stem", "result"),
    [("scan_hash", ENTITIES), ("upload_file_and_get_report", FILES)],
    ids=["scan", "upload"],
)
def test_axe_finds_no_violation_in_either_theme(show: Show, page: Page, stem: str, result: object) -> None:
    """Given each state drawn and each list open, then axe-core finds no violation in either theme."""
    show(stem, json.dumps(result))
    for tab in page.get_by_role("tab").all():
        tab.click()
        open_lists(page)
        assert_accessible_in_each_theme(page)


def test_everything_can_be_reached_with_the_keyboard(show: Show) -> None:
    """Tab reaches the theme, the tabs, the link, the lists and their buttons; Enter opens a list."""
    page = scan_hash(show, (HASH, report()), ("B", report()))
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("document.activeElement.tagName + ':' + document.activeElement.textContent")
        )
    assert seen[0] == "BUTTON:Dark theme"
    assert seen[1].endswith(HASH)
    assert seen[2] == "A:Open report"
    assert seen[3:7] == ["BUTTON:Copy", "BUTTON:Copy", "BUTTON:Copy", "SUMMARY:URLs 1 returned✕1 malicious"]
    assert seen[11].startswith("SUMMARY:Domains")
    page.locator("summary", has_text="Domains").press("Enter")
    expect(
        iocs_of(page, "Domains").get_by_role("button", name="Copy: c2.invalid", exact=True)
    ).to_be_visible()
