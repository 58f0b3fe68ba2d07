"""Results that are unfinished, failed, invalid, unusual or very large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.browser.results import as_platform_gets_it, file_row, indicators, report, sample
from tests.browser.views import HASH, copied, iocs_of, scan_hash, upload

if TYPE_CHECKING:
    from tests.browser.conftest import Show


def test_pending_and_failed_files_are_displayed_with_their_state(show: Show) -> None:
    """A pending file shows its submission; a failed file shows the reason."""
    page = upload(
        show,
        file_row("/files/invoice.exe"),
        file_row("/files/slow.doc", "pending"),
        file_row("/files/bad.bin", "error", error="VMRay returned HTTP 502 (4 attempts)", submission_id=None),
    )
    expect(page.locator("main")).to_contain_text("3 files: 1 malicious, 1 failed, 1 pending")
    expect(page.get_by_role("tab")).to_have_text(
        ["✕Maliciousinvoice.exe", "⚠Failedbad.bin", "…Pendingslow.doc"]
    )
    page.get_by_role("tab", name="slow.doc").click()
    expect(page.locator(".head")).to_contain_text(
        "Pending/files/slow.docThe analysis is not finished (submission 6230)."
    )
    page.get_by_role("tab", name="bad.bin").click()
    expect(page.locator(".head")).to_contain_text("Failed/files/bad.binVMRay returned HTTP 502 (4 attempts)")


def test_files_are_sorted_by_urgency(show: Show) -> None:
    """A preliminary verdict counts like a final one; then failed, then pending, then clean."""
    clean: dict[str, Any] = {"verdict": "clean", "data": sample(sample_verdict="clean")}
    page = upload(
        show,
        file_row("/clean", **clean),
        file_row("/waits", "pending"),
        file_row("/broken", "error", error="no_vm"),
        file_row("/broken-clean", "error", **clean),
        file_row("/bad-so-far", "pending", verdict="malicious"),
    )
    expect(page.get_by_role("tab")).to_have_text(
        ["…Pendingbad-so-far", "⚠Failedbroken", "⚠Failedbroken-clean", "…Pendingwaits", "✓Cleanclean"]
    )
    expect(page.locator(".head")).to_contain_text("Verdict so far: ✕Malicious")


def test_a_verdict_that_is_not_known_is_shown_in_the_words_of_vmray(show: Show) -> None:
    """Given words of another version, then head, IOC and preliminary verdict have them."""
    odd = report(sample_verdict="high_risk", sample_severity="malicious")
    odd["iocs"] = {"domains": [{"domain": "c2.example", "verdict": "odd_word"}]}
    page = scan_hash(show, (HASH, odd))
    expect(page.locator(".head")).to_have_class("head malicious")
    expect(page.locator(".head")).to_contain_text("Verdict: malicious (high risk)")
    expect(page.locator("main")).to_contain_text("Verdict: odd_word")
    page = upload(show, file_row("/a", "pending", verdict="high_risk"))
    expect(page.locator(".head")).to_contain_text("Verdict so far: ?Unknown (high risk)")


@pytest.mark.parametrize("state", ["pending", "error"])
def test_a_submission_in_the_error_is_not_repeated(show: Show, state: str) -> None:
    """The sentence of the action may already contain the id of the submission."""
    error = "the analysis failed (submission 6230: no_vm)"
    text_shown = upload(show, file_row("/a", state, error=error)).locator(".head")
    expect(text_shown).to_contain_text(error)
    expect(text_shown).not_to_contain_text("(submission 6230)")


def test_an_id_that_starts_with_the_same_digits_is_another_submission(show: Show) -> None:
    """Given an error with the id of another submission, the id of this one is added."""
    text_shown = upload(show, file_row("/a", "error", error="submission 62301 failed")).locator(".head")
    expect(text_shown).to_contain_text("submission 62301 failed (submission 6230)")


def test_the_samples_of_an_archive_have_separate_tabs(show: Show) -> None:
    """Given one path with a row for each sample, a failed sample keeps the verdict that VMRay returned."""
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


def test_an_upload_without_the_list_of_files_is_displayed(show: Show) -> None:
    """The documented form with one sample and nothing else is enough."""
    page = show("upload_file_and_get_report", as_platform_gets_it({"data": sample(), "result": "ok"}))
    expect(page.locator(".head")).to_contain_text("Maliciousinvoice.exe")
    expect(page.get_by_role("heading", name="IOCs")).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "text_shown"),
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
def test_an_invalid_result_is_reported(show: Show, text: str, text_shown: str) -> None:
    """Given no result, invalid JSON or the placeholder, the widget shows a sentence."""
    expect(show("scan_hash", text).locator("main")).to_contain_text(text_shown)


def test_a_widget_displays_null_and_wrong_types(show: Show) -> None:
    """Every field may be null, missing or of another type."""
    nothing = dict.fromkeys(sample()) | {"iocs": dict.fromkeys(["urls", "files"]), "threat_indicators": []}
    odd = report(sample_threat_names="one name", sample_filesize="big", sample_created=7)
    odd["iocs"] = {
        "urls": [None, 3, {"url": None}],
        "brand_new": [{"value": "x"}],
        "files": {"filename": "a"},
    }
    odd["threat_indicators"] = [None, {"score": "4", "operation": None}]
    page = scan_hash(show, ("NOTHING", nothing), ("ODD", odd))
    page.get_by_role("tab", name="NOTHING").click()
    expect(page.locator(".head")).to_contain_text("UnknownNOTHING")
    expect(page.locator("main")).to_contain_text("No threat indicator reached the score threshold.")
    expect(page.locator("main")).to_contain_text("No IOC passed the filters.")
    page.get_by_role("tab", name="ODD").click()
    expect(page.locator(".head")).to_contain_text("Threats one name")
    expect(page.locator("summary")).to_have_text(
        ["URLs 1 returned?1 unknown", "Files 1 returned?1 unknown", "brand_new 1 returned?1 unknown"]
    )
    expect(page.locator("section", has_text="indicators returned (1)")).to_contain_text("4/5(no description)")


def test_a_large_number_is_displayed_with_all_digits(show: Show) -> None:
    """JavaScript cannot represent 2^53 + 1 exactly."""
    page = scan_hash(show, (HASH, report(sample_id=9007199254740993)))
    expect(page.locator("dd", has_text="90071992547409")).to_have_text("9007199254740993")


def test_a_long_list_shows_its_first_rows_and_the_others_on_request(show: Show) -> None:
    """Given 1,200 addresses, 500 are displayed, a button shows the rest, and all of them are copied."""
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
    expect(page.locator("section", has_text="indicators returned (150)").locator("li")).to_have_count(100)
