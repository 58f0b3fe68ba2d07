"""The attachments of a result on the case wall: listed and downloaded, never displayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Visitor

    from secops_lab.platform import LocalPlatform

BODY = """
import base64
blob = base64.b64encode(b"<script>alert(1)</script>").decode()
siemplify.result.add_attachment("One", '<b>"\\u202e\\r\\nX: y/\\u00e4.html', blob)
siemplify.result.add_attachment("Two", "broken.bin", "not base64!")
siemplify.end("done", True)
"""


def test_attachments_are_listed_and_only_downloaded(
    open_wall: Callable[..., Visitor], platform: LocalPlatform
) -> None:
    """Given hostile file names, the page shows them as text, and the response is a download of bytes."""
    visitor = open_wall(BODY)
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.wait()
    page = visitor.get("/cases/1").text
    assert (
        '<a href="/runs/1/attachments/0" download>&lt;b&gt;&#34;<span class="hidden-char">U+202E</span>'
        in page
    )
    assert "25 bytes" in page
    assert "<script>alert(1)" not in page
    file = visitor.get("/runs/1/attachments/0")
    assert (file.status_code, file.content) == (200, b"<script>alert(1)</script>")
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Disposition"] == (
        "attachment; filename=\"_.html\"; filename*=UTF-8''%C3%A4.html"
    )
    assert "X" not in file.headers


def test_a_missing_or_broken_attachment_gives_an_error_page(
    open_wall: Callable[..., Visitor], platform: LocalPlatform
) -> None:
    """Given an unknown number, an unknown run, or content that is not base64, the page shows the error."""
    visitor = open_wall(BODY)
    platform.new_case()
    visitor.post("/cases/1/runs", {"action": "do_it"})
    visitor.wall.wall.runs.wait()
    assert visitor.get("/runs/1/attachments/2").status_code == 404
    assert visitor.get("/runs/2/attachments/0").status_code == 404
    broken = visitor.get("/runs/1/attachments/1")
    assert broken.status_code == 422
    assert "its content is not base64" in broken.text
