"""The main tasks on the case wall, in a real Chromium, with the real integration and the emulator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.views import assert_accessible_in_each_theme, open_lists
from tests.browser.wall import WallOnEmulator, wall_on_emulator

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page
    from tests.browser.conftest import Watch

    from secops_lab.platform import LocalPlatform


@pytest.fixture
def wall(platform: LocalPlatform) -> Iterator[WallOnEmulator]:
    """Open a wall; the emulator finishes analyses only when a test requests it."""
    with wall_on_emulator(platform) as opened:
        yield opened


@pytest.fixture
def case(wall: WallOnEmulator, page: Page) -> Page:
    """Open the page of a case with a hash of a known sample."""
    wall.platform.new_case("Suspicious download", [("FILEHASH", KNOWN_SHA256)])
    page.goto(f"{wall.url}/cases/1")
    return page


def newest(page: Page) -> Locator:
    return page.locator("article.run").first


def run(page: Page, action: str, *, until: str | None = "Completed") -> None:
    page.get_by_role("link", name=action, exact=True).click()
    page.get_by_role("button", name=f"Run {action}").click()
    if until:
        expect(newest(page).locator("header .state")).to_have_text(until)


def test_a_case_is_opened_and_a_hash_is_scanned(wall: WallOnEmulator, page: Page) -> None:
    """From the empty wall to the verdict in the page, in the insight and in the widget."""
    page.goto(wall.url)
    page.get_by_label("Title").fill("Odd mail")
    page.get_by_label("Entity type").select_option("FILEHASH")
    page.get_by_label("Entity", exact=True).fill(KNOWN_SHA256)
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Case 1: Odd mail")
    run(page, "Scan Hash")
    done = newest(page)
    expect(done.locator(".message")).to_contain_text("Successfully enriched the following entities")
    expect(done).to_contain_text("is_success: True")
    expect(done.frame_locator("iframe.widget").locator(".head .badge")).to_contain_text("Malicious")
    expect(done.frame_locator(".insight iframe").locator("h2")).to_have_text("Verdict: Malicious")
    entity = page.locator("article.entity")
    expect(entity).to_contain_text("Suspicious")
    entity.get_by_text("Enrichment: 36 fields").click()
    expect(entity.locator("dl")).to_contain_text("VMRay_sample_severitymalicious")


def test_tables_json_and_debug_output_can_be_opened(case: Page) -> None:
    """The page shows the table of the entity, the JSON result as a tree, and the debug output."""
    run(case, "Scan Hash")
    done = newest(case)
    done.get_by_text("Tables:").click()
    table = done.locator("table").first
    expect(table.locator("caption")).to_have_text(KNOWN_SHA256.upper())
    expect(table.locator("th")).to_have_text(["Key", "Value"])
    expect(table.locator("tr", has_text="sample_filename")).to_contain_text("known-sample.exe")
    done.get_by_text("JSON result:").click()
    for key in ("0 {2}", "EntityResult {", "iocs {8}"):
        done.locator(".json summary", has_text=key).first.click()
    expect(done.locator(".json")).to_contain_text("domains")
    done.get_by_text("Processes and debug output").click()
    expect(done.locator(".rounds pre")).to_contain_text("Reading configuration from Server")


def test_an_upload_is_followed_to_its_result_without_a_reload(
    wall: WallOnEmulator, case: Page, tmp_path: Path
) -> None:
    """The page uploads the file, counts the processes, and shows the result without a reload."""
    sample = tmp_path / "emulate-malicious-exe.bin"
    sample.write_bytes(b"MZ" + bytes(2_000))
    case.get_by_role("link", name="Upload File And Get Report").click()
    case.get_by_label("Sample File Path").set_input_files(sample)
    expect(case.locator("#run-form .files")).to_contain_text("emulate-malicious-exe.bin (2,002 bytes)")
    case.get_by_role("button", name="Run Upload").click()
    state = newest(case).locator("header .state")
    expect(state).to_have_text("Waiting")
    case.evaluate("window.same = true")
    expect(newest(case).locator(".message")).to_contain_text("Waiting for the results for: ")
    expect(newest(case).locator("header")).to_contain_text(re.compile(r"\b([3-9]|\d\d+) processes"))
    wall.vmray.control.finish_all()
    expect(state).to_have_text("Completed")
    expect(newest(case).frame_locator("iframe.widget").locator(".head .badge")).to_contain_text("Malicious")
    expect(case.locator("#news")).to_have_text("Upload File And Get Report: Completed")
    assert case.evaluate("window.same") is True


def test_a_run_is_cancelled(case: Page, tmp_path: Path) -> None:
    """Given a waiting run, Cancel ends the run, and the page shows that it was cancelled."""
    sample = tmp_path / "a.txt"
    sample.write_text("x")
    case.get_by_role("link", name="Upload File And Get Report").click()
    case.get_by_label("Sample File Path").set_input_files(sample)
    expect(case.locator("#run-form .files")).to_contain_text("a.txt (1 bytes)")
    case.get_by_role("button", name="Run Upload").click()
    newest(case).get_by_role("button", name="Cancel").click()
    expect(newest(case).locator("header .state")).to_have_text("Cancelled")


def test_opened_sections_stay_open_while_results_arrive(case: Page) -> None:
    """Given opened sections, a second run changes the entity and adds itself; the sections stay open."""
    run(case, "Scan Hash")
    case.get_by_text("Enrichment: 36 fields").click()
    newest(case).get_by_text("Tables:").click()
    case.locator("#run-form").evaluate("(form) => form.target = 'elsewhere'")
    with case.context.expect_page():
        case.get_by_role("button", name="Run Scan Hash").click()
    expect(case.locator("article.run")).to_have_count(2)
    expect(newest(case).locator("header .state")).to_have_text("Completed")
    expect(case.locator("#run-1 table").first).to_be_visible()
    expect(case.locator("article.entity dl")).to_be_visible()


def test_a_second_page_of_the_same_case_is_updated(case: Page, wall: WallOnEmulator) -> None:
    """Given two pages of one case, a run that one page starts appears in the other as well."""
    other = case.context.new_page()
    other.goto(f"{wall.url}/cases/1")
    expect(other.locator("article.run")).to_have_count(0)
    run(case, "Scan Hash")
    expect(newest(other).locator("header .state")).to_have_text("Completed")


def test_an_added_entity_can_be_selected(case: Page) -> None:
    """Given a new entity, its checkbox exists, and only selected entities are scanned."""
    case.get_by_text("Add an entity").click()
    case.locator("#new-type").select_option("FILEHASH")
    case.locator("#new-value").fill("a" * 64)
    case.get_by_role("button", name="Add", exact=True).click()
    expect(case.locator("article.entity")).to_have_count(2)
    case.get_by_role("link", name="Scan Hash").click()
    case.get_by_role("checkbox", name=KNOWN_SHA256).uncheck()
    case.get_by_role("button", name="Run Scan Hash").click()
    expect(newest(case).locator("header .state")).to_have_text("Completed without success")
    expect(newest(case).locator(".message")).to_contain_text("None of the provided entities were enriched.")
    expect(newest(case)).to_contain_text("is_success: False")


def test_a_missing_value_is_reported_at_its_field(case: Page, watch: Watch) -> None:
    """Given a form without a file, the page shows an alert, and an error at the field."""
    watch.allowed = ("422",)
    case.get_by_role("link", name="Upload File And Get Report").click()
    case.get_by_role("button", name="Run Upload").click()
    expect(case.get_by_role("alert")).to_have_text("Nothing was started: see below.")
    expect(case.locator("#parameter-0-problem")).to_have_text("Choose a file.")


def test_the_theme_is_switched_for_the_page_and_its_frames(case: Page) -> None:
    """The page, the insight and the widget change together, also after a reload."""
    run(case, "Scan Hash")
    frames = [newest(case).frame_locator(one).locator("body") for one in ("iframe.widget", ".insight iframe")]
    places = [case.locator("body"), *frames]
    for place in places:
        expect(place).to_have_css("background-color", "rgb(255, 255, 255)")
    case.get_by_role("button", name="Dark theme").first.click()
    for place in places:
        expect(place).to_have_css("background-color", "rgb(20, 24, 29)")
    case.reload()
    for place in places:
        expect(place).to_have_css("background-color", "rgb(20, 24, 29)")


def test_every_step_can_be_done_with_the_keyboard(wall: WallOnEmulator, page: Page) -> None:
    """From the empty wall to the copied hash in the widget, without a mouse."""
    page.goto(wall.url)

    def tab_to(described: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if described in page.evaluate(FOCUSED):
                return
        raise AssertionError(f"{described} is not reached by Tab")

    tab_to("title")
    page.keyboard.type("Odd mail")
    tab_to("first-value")
    page.keyboard.type(KNOWN_SHA256)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Case 1: Odd mail")
    tab_to("Scan Hash")
    page.keyboard.press("Enter")
    page.wait_for_url("**action=scan_hash")
    tab_to("Run Scan Hash")
    page.keyboard.press("Enter")
    expect(newest(page).locator("header .state")).to_have_text("Completed")
    expect(newest(page).frame_locator("iframe.widget").locator(".head .badge")).to_contain_text("Malicious")
    tab_to("Widget: VMRay - Scan Hash")
    widget = newest(page).frame_locator("iframe.widget")
    for stop in (
        widget.get_by_role("button", name="Dark theme"),
        widget.get_by_role("link"),
        widget.locator("dd button"),
    ):
        page.keyboard.press("Tab")
        expect(stop.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.get_by_role("status")).to_have_text(f"Copied: {KNOWN_SHA256}")


FOCUSED = "document.activeElement.id + ' ' + document.activeElement.textContent"


def test_axe_finds_no_violation_in_either_theme(wall: WallOnEmulator, case: Page, watch: Watch) -> None:
    """Given an opened case, the list of cases, and an error page, axe-core finds nothing."""
    watch.allowed = ("404",)
    run(case, "Scan Hash")
    open_lists(case)
    expect(case.locator(".json summary").first).to_be_visible()
    assert_accessible_in_each_theme(case)
    case.goto(wall.url)
    assert_accessible_in_each_theme(case)
    case.goto(f"{wall.url}/cases/99")
    assert_accessible_in_each_theme(case)


def test_no_page_is_wider_than_the_window(case: Page) -> None:
    """Given all sections open, the page has no horizontal scroll bar at any width."""
    run(case, "Scan Hash")
    open_lists(case)
    for width in (320, 400, 800, 1400):
        case.set_viewport_size({"width": width, "height": 900})
        assert case.evaluate("document.documentElement.scrollWidth") <= width
