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


def test_files_of_the_case_are_listed_and_only_downloaded(
    open_wall: Callable[..., Visitor], platform: LocalPlatform
) -> None:
    """Given files of one name, also of more than 5 MB, each is listed and downloaded with its own content."""
    visitor = open_wall()
    case, name, large = platform.new_case(), '<b>"\r\nX: y/\u00e4.html', b"<script>" * 700_000
    for content in (large, b"second"):
        case.attach(name, content)

    page = visitor.get("/cases/1").text
    files = [visitor.get(f"/cases/1/attachments/{place}") for place in range(3)]

    assert page.count("download>ä.html</a>") == 2
    assert "5,600,000 bytes" in page
    assert [file.status_code for file in files] == [200, 200, 404]
    assert [file.content for file in files[:2]] == [large, b"second"]
    for file in files[:2]:
        assert file.headers["Content-Type"] == "application/octet-stream"
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert file.headers["Content-Security-Policy"] == "sandbox"
        assert file.headers["Content-Disposition"] == (
            "attachment; filename=\"_.html\"; filename*=UTF-8''%C3%A4.html"
        )
    assert visitor.get("/cases/2/attachments/0").status_code == 404


def test_uploaded_files_are_attached_to_the_case(
    open_wall: Callable[..., Visitor], platform: LocalPlatform
) -> None:
    """Given uploads, the case has them as attachments, the folder is empty, and the action's form is kept."""
    visitor = open_wall(parameters={"Comment": ""})
    case = platform.new_case()
    tokens = [visitor.upload("a.exe", content).json()["token"] for content in (b"one", b"two")]
    form = {"file": tokens, "draft": "run", "action": "do_it", "parameter-0": "kept"}

    attached = visitor.post("/cases/1/attachments", form)

    assert (attached.status_code, attached.headers["Location"]) == (303, "/cases/1?action=do_it#notes")
    assert [(one["name"], one["type"], one["orig_size"]) for one in case.attachments] == [
        ("a", ".exe", 3)
    ] * 2
    assert list(visitor.wall.wall.uploads.folder.iterdir()) == []
    assert 'value="kept"' in visitor.get("/cases/1?action=do_it").text
    for wrong in ({}, {"file": tokens[0]}, {"file": "nothing"}):
        assert visitor.post("/cases/1/attachments", {"action": "do_it", **wrong}).status_code == 422
    assert len(case.attachments) == 2
