"""Files and pictures of a case in a browser: files are added and downloaded, pictures are displayed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from tests.browser.views import assert_accessible
from tests.browser.wall import left_after, wall_on_toy

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Locator, Page
    from tests.browser.conftest import Watch

    from secops_lab.platform import LocalPlatform

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
BODY = f"""
import base64
(read,) = [siemplify.get_attachment(one["id"]).read() for one in siemplify.get_attachments()]
with open("copy.html", "wb") as file:
    file.write(b"<script>alert('copy')</script>" + read)
siemplify.add_attachment("copy.html")
siemplify.result.add_attachment("Report", "report.html", base64.b64encode(b"<script>alert(1)").decode())
pictures = "<img id=own src='data:image/png;base64,{PIXEL}'>"
pictures += "<img id=svg src='data:image/svg+xml;base64,PHN2Zz4='><img id=far src='http://remote.invalid/a'>"
siemplify.create_case_insight("Toy", "Screenshots", "<p>One:</p>" + pictures, "", 0, 0)
siemplify.end("done", True)
"""


def test_files_are_added_and_downloaded_and_pictures_displayed(
    platform: LocalPlatform, tmp_path: Path, page: Page, watch: Watch
) -> None:
    """A person's file reaches the action; files of the action are downloads; its own picture is displayed."""
    case = platform.new_case(entities=[("FILEHASH", "ab")])
    sample: FilePayload = {"name": "<b>.exe", "mimeType": "text/html", "buffer": b"MZ"}
    with wall_on_toy(platform, tmp_path, BODY) as wall, left_after(page):
        page.goto(f"{wall.url}/cases/1")
        page.get_by_text("Add a file to the case wall").click()
        page.get_by_label("Files").set_input_files(sample)
        page.get_by_role("button", name="Attach").click()
        expect(page.locator("#notes a")).to_have_text(["_b_.exe"])
        page.get_by_role("button", name="Run Do It").click()
        expect(page.locator("#notes a")).to_have_text(["_b_.exe", "copy.html"])
        run = page.locator("article.run")
        expect(run.locator("header .state")).to_have_text("Completed")
        expect(run.locator(".insight summary")).to_have_text("Screenshots")
        insight = run.frame_locator(".insight iframe")
        expect(insight.locator("body")).to_have_text("One:[picture not shown][picture not shown]")
        expect(insight.locator("img#own")).to_have_js_property("naturalWidth", 1)
        assert_accessible(page)
        copied = b"<script>alert('copy')</script>MZ"
        assert downloaded(page, page.locator("#notes a").last) == ("copy.html", copied)
        assert downloaded(page, run.locator("a[download]")) == ("report.html", b"<script>alert(1)")
        assert page.url.startswith(f"{wall.url}/cases/1")
    assert [one["name"] for one in case.attachments] == ["_b_", "copy"]
    assert watch.dialogs == []


def downloaded(page: Page, link: Locator) -> tuple[str, bytes]:
    """Click a link, and return the name and the content of the file that the browser saves."""
    with page.expect_download() as waiting:
        link.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()
