"""Files from the browser: where they are stored, under which names, and who may use them."""

from __future__ import annotations

import re
import socket
import stat
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tests.waiting import until

from secops_lab.runs.file_name import harmless_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Visitor

    from secops_lab.platform import LocalPlatform

    OpenWall = Callable[..., Visitor]

ECHO = 'siemplify.end(siemplify.parameters["Sample File Path"], True)'
PATHS = {"Sample File Path": ""}


def test_a_file_is_stored_complete_in_a_private_folder(open_wall: OpenWall) -> None:
    """Only the owner can read the file and the folder, and closing the wall deletes both."""
    visitor = open_wall()
    content = bytes(range(256)) * 5_000
    stored = visitor.upload(quote("rechnung ä.exe"), content).json()
    assert (stored["name"], stored["size"]) == ("rechnung ä.exe", len(content))
    box = visitor.wall.wall.uploads
    upload = box.find(stored["token"])
    assert upload is not None
    assert upload.path.read_bytes() == content
    assert upload.path.is_relative_to(box.folder)
    assert stat.S_IMODE(box.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(upload.path.stat().st_mode) == 0o600
    visitor.wall.wall.close()
    assert not box.folder.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\eve\\a.exe", "a.exe"),
        ("a,b;c.exe", "a_b;c.exe"),
        ("..", "file"),
        ("", "file"),
        (" . ", "file"),
        ("nul\x00byte", "nul_byte"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("line\r\nbreak", "line__break"),
        ("a:b|c<d>e*f?", "a_b_c_d_e_f_"),
        ("ä" * 300 + ".exe", "ä" * 65 + ".exe"),
        ("x" * 300, "x" * 130),
    ],
)
def test_file_names_are_made_safe(given: str, kept: str) -> None:
    """A stored name has no folder, drive, invisible character or comma, and has a limited length."""
    assert harmless_name(given) == kept


def test_a_file_that_is_too_large_is_rejected_and_deleted(open_wall: OpenWall) -> None:
    """The upload is rejected while it arrives, and the stored part is deleted."""
    visitor = open_wall(upload_limit=1_000)
    response = visitor.upload("big.bin", b"x" * 1_001)
    assert response.status_code == 413
    assert response.json()["error"] == "The file is larger than the 1,000 bytes that this lab accepts."
    assert list(visitor.wall.wall.uploads.folder.iterdir()) == []
    assert visitor.upload("fits.bin", b"x" * 1_000).status_code == 200


def test_an_aborted_upload_is_deleted_without_an_error_output(
    open_wall: OpenWall, capfd: pytest.CaptureFixture[str]
) -> None:
    """Given a page that aborts an upload, the part is deleted and stderr stays empty."""
    visitor = open_wall()
    head = f"POST /uploads HTTP/1.1\r\nHost: 127.0.0.1:{visitor.wall.port}\r\nOrigin: {visitor.wall.url}\r\n"
    folder = visitor.wall.wall.uploads.folder
    with socket.create_connection(("127.0.0.1", visitor.wall.port)) as connection:
        connection.sendall(f"{head}X-Token: {visitor.token}\r\nContent-Length: 1000\r\n\r\nx".encode())
        until(lambda: list(folder.iterdir()) != [])
    until(lambda: list(folder.iterdir()) == [])
    visitor.wall.__exit__(None, None, None)
    assert capfd.readouterr().err == ""


def test_the_total_size_of_all_files_is_limited(open_wall: OpenWall) -> None:
    """A rejected file does not count."""
    visitor = open_wall(upload_limit=1_000, uploads_limit=1_500)
    responses = [visitor.upload("a", b"x" * size) for size in (900, 700, 600, 1)]
    assert [response.status_code for response in responses] == [200, 413, 200, 413]
    assert responses[1].json()["error"].startswith("The lab's folder for uploads is full (1,500 bytes); ")


def test_a_deselected_file_is_deleted_and_frees_its_space(open_wall: OpenWall) -> None:
    """Without the secret, nothing is deleted."""
    visitor = open_wall(uploads_limit=1_000)
    path = f"/uploads/{visitor.upload('a', b'x' * 900).json()['token']}/forget"
    assert visitor.post(path).status_code == 403
    assert visitor.upload("b", b"x" * 900).status_code == 413
    for _ in range(2):
        assert visitor.post(path, headers={"X-Token": visitor.token}).status_code == 204
    assert visitor.upload("b", b"x" * 900).status_code == 200
    assert len(list(visitor.wall.wall.uploads.folder.iterdir())) == 1


def test_the_files_of_a_run_are_reserved_until_the_run_ends(
    open_wall: OpenWall, platform: LocalPlatform
) -> None:
    """Given a live run, its files cannot be deleted or used again; then they are deleted."""
    waits = 'siemplify.end("waiting", "state", EXECUTION_STATE_INPROGRESS)'
    visitor = open_wall(waits, parameters=PATHS, is_async=True, uploads_limit=1_000)
    platform.new_case()
    folder = visitor.wall.wall.uploads.folder
    token = visitor.upload("a", b"x" * 900).json()["token"]
    form = {"action": "do_it", "parameter-0": token}
    assert visitor.post("/cases/1/runs", form).status_code == 303
    assert visitor.post("/cases/1/runs", form).status_code == 422
    visitor.post(f"/uploads/{token}/forget", headers={"X-Token": visitor.token})
    assert len(list(folder.iterdir())) == 1
    visitor.post("/runs/1/cancel")
    visitor.wall.wall.runs.wait()
    assert list(folder.iterdir()) == []
    assert visitor.upload("b", b"x" * 900).status_code == 200


def test_an_action_receives_the_paths_of_the_files(open_wall: OpenWall, platform: LocalPlatform) -> None:
    """The form contains tokens, and the server replaces them with paths."""
    visitor = open_wall(ECHO, parameters=PATHS)
    platform.new_case()
    tokens = [visitor.upload(name, b"x").json()["token"] for name in ("a.exe", "b.exe")]
    uploads = [visitor.wall.wall.uploads.find(token) for token in tokens]
    response = visitor.post("/cases/1/runs", {"action": "do_it", "parameter-0": tokens})
    assert response.headers["Location"] == "/cases/1?action=do_it#run-1"
    visitor.wall.wall.runs.wait()
    run = visitor.wall.wall.run(1)
    assert run.outcome is not None
    assert run.outcome.message == ",".join(str(upload.path) for upload in uploads if upload)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "no-such-token"])
def test_a_path_from_the_browser_is_rejected(open_wall: OpenWall, platform: LocalPlatform, path: str) -> None:
    """Given a path instead of a token, no run starts, even with the secret."""
    visitor = open_wall(ECHO, parameters=PATHS)
    platform.new_case()
    response = visitor.post("/cases/1/runs", {"action": "do_it", "parameter-0": path})
    assert response.status_code == 422
    assert "A file is no longer here; choose it again." in response.text
    assert visitor.wall.wall.runs.find(1) is None


def test_the_help_of_a_file_field_describes_files_instead_of_paths(
    open_wall: OpenWall, platform: LocalPlatform
) -> None:
    """The description in the manifest is about comma-separated paths; the page replaces it."""
    platform.new_case()
    described = {"Sample File Path": "", "Comment": ""}
    page = open_wall(parameters=described).get("/cases/1").text
    helps = dict(re.findall(r'<p class="help" id="(parameter-\d)-help">(.*?)</p>', page))
    assert helps["parameter-0"].startswith("Files from this computer")
    assert helps["parameter-1"] == "Comment"
    assert page.count("Sample File Path") == 1
