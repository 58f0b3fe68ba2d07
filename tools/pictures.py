"""Take the pictures of the README: the case wall and a widget, from a real run against the emulator.

`make pictures` runs this. It needs Chromium (Debian's package `chromium`).
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import expect, sync_playwright

from secops_lab.host import ActionHost
from secops_lab.platform import LocalPlatform
from secops_lab.web import CaseWall, WallSettings
from tools.chromium import FLAGS, MISSING, find_chromium
from vmray_emulator import KNOWN_SHA256, EmbeddedEmulator

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REPOSITORY: Final = Path(__file__).resolve().parents[1]
PICTURES: Final = REPOSITORY / "docs" / "pictures"
TIMEOUT: Final = 60_000  # milliseconds


def main() -> int:
    """Take all pictures.

    Returns:
        0, or 1 if Chromium was not found.
    """
    program = find_chromium()
    if program is None:
        sys.stderr.write(f"{MISSING} to take the pictures\n")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=TIMEOUT)
    with ExitStack() as stack:
        url = _open_wall(stack)
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=program, args=FLAGS)
        stack.callback(browser.close)
        _act(browser, url)
        _take_wall(browser, url)
        _take_widget(browser, url)
    return 0


def _open_wall(stack: ExitStack) -> str:
    """Start an emulator with two known samples, a platform with a case for them, and the case wall."""
    vmray = stack.enter_context(EmbeddedEmulator(scenario="known-sample", lifecycle="realtime:60"))
    nothing: dict[str, Any] = {"iocs": {}, "indicators": [], "threat_names": [], "classifications": []}
    clean = vmray.control.add_sample(
        filename="minutes.docx", sample_type="Word Document", verdict="clean", **nothing
    )
    platform = stack.enter_context(LocalPlatform())
    host = ActionHost(platform, REPOSITORY / "integrations" / "vm_ray")
    keys = {"Api Root": vmray.url, "Api Key": vmray.api_key, "Verify SSL": "true"}
    platform.configure(host.integration.identifier, keys)
    hashes = [KNOWN_SHA256, str(clean["sample_sha256hash"])]
    platform.new_case("Suspicious download", [("FILEHASH", one) for one in hashes])
    settings = WallSettings("the embedded VMRay emulator", poll_interval=0.5)
    return stack.enter_context(CaseWall(platform, host, settings)).url


def _act(browser: Browser, url: str) -> None:
    """Upload a file and scan the hashes, as a person would."""
    page = browser.new_page()
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "invoice.exe"
        sample.write_bytes(b"MZ" + bytes(14_846))
        page.goto(f"{url}/cases/1?action=upload_file_and_get_report")
        page.get_by_label("Sample File Path").set_input_files(sample)
        expect(page.locator("#run-form .files")).to_contain_text("14,848 bytes")
    _run(page, "Upload File And Get Report")
    page.get_by_role("link", name="Scan Hash").click()
    _run(page, "Scan Hash")
    page.close()


def _run(page: Page, action: str) -> None:
    page.get_by_role("button", name=f"Run {action}").click()
    expect(page.locator("article.run").first.locator("header .state")).to_have_text("Completed")


def _take_wall(browser: Browser, url: str) -> None:
    """Take the picture of the case in the light theme."""
    page = browser.new_page(color_scheme="light", viewport={"width": 1280, "height": 1000})
    page.goto(f"{url}/cases/1?action=scan_hash")
    newest = page.locator("article.run").first
    expect(newest.frame_locator("iframe.widget").locator(".head .badge")).to_contain_text("Malicious")
    expect(newest.frame_locator(".insight[open] iframe").locator("h2")).to_be_visible()
    page.screenshot(path=PICTURES / "case-wall.png")


def _take_widget(browser: Browser, url: str) -> None:
    """Take the picture of the newest run's widget in the dark theme."""
    page = browser.new_page(color_scheme="dark", viewport={"width": 860, "height": 760})
    page.goto(f"{url}/cases/1")
    frame = page.locator("article.run").first.locator("iframe.widget")
    page.goto(url + str(frame.get_attribute("data-frame")))
    expect(page.locator(".head .badge")).to_contain_text("Malicious")
    page.screenshot(path=PICTURES / "widget.png")


if __name__ == "__main__":
    sys.exit(main())
