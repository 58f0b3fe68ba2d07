"""Results that are unfinished, failed, broken, odd or huge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.browser.results import as_platform_gets_it, file_row, indicators, report, sample
from tests.browser.views import HASH, copied, iocs_of, scan_hash, upload

if TYPE_CHECKING:
    from tests.browser.conftest import Show


def test_pending_and_failed_files_are_shown_as_such(show: Show) -> None:
    """What is not finished names its submission; what failed says why."""
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


def test_what_may_still_be_bad_stands_before_what_is_clean(show: Show) -> None:
    """A bad verdict so far counts like a final one; then failed, then pending, then clean."""
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


@pytest.mark.parametrize("state", ["pending", "error"])
def test_a_submission_that_the_error_names_is_named_once(show: Show, state: str) -> None:
    """The action's sentence may have it already."""
    error = "the analysis failed (submission 6230: no_vm)"
    said = upload(show, file_row("/a", state, error=error)).locator(".head")
    expect(said).to_contain_text(error)
    expect(said).not_to_contain_text("(submission 6230)")


def test_another_submission_in_the_error_is_not_this_one(show: Show) -> None:
    """Its number may begin with this one's."""
    said = upload(show, file_row("/a", "error", error="submission 62301 failed")).locator(".head")
    expect(said).to_contain_text("submission 62301 failed (submission 6230)")


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
    expect(page.locator("section", has_text="indicators returned (150)").locator("li")).to_have_count(100)
