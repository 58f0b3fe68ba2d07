"""Who may ask the case wall for what, and what its answers allow."""

from __future__ import annotations

import socket
from itertools import product
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Visitor

    from secops_lab.platform import LocalPlatform

    OpenWall = Callable[..., Visitor]

POSTS = ["/cases", "/cases/1/entities", "/cases/1/runs", "/runs/1/cancel", "/uploads", "/uploads/x/forget"]


def test_only_loopback_is_listened_on(open_wall: OpenWall) -> None:
    """Another address of this machine finds nobody on the port."""
    visitor = open_wall()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", visitor.wall.port), timeout=5)


FOREIGN_HOSTS = ("evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", "")
FOREIGN_ORIGINS = (None, "null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1")


def test_a_request_under_another_name_is_refused(open_wall: OpenWall) -> None:
    """A name that was made to point to loopback does not lead here, wherever it asks."""
    visitor = open_wall()
    for path, host in product(("/", "/cases/1", "/static/wall.js", "/runs/1/json"), FOREIGN_HOSTS):
        answer = visitor.get(path, headers={"Host": host})
        assert answer.status_code in (400, 421), (path, host)
        assert "case wall" not in answer.text


def test_both_names_of_loopback_are_known(open_wall: OpenWall) -> None:
    """A person may write localhost."""
    visitor = open_wall()
    assert visitor.get("/", headers={"Host": f"localhost:{visitor.wall.port}"}).status_code == 200


def test_what_changes_something_comes_from_our_own_page(
    open_wall: OpenWall, platform_cases: Callable[[], int]
) -> None:
    """Another site, another port of this machine and a sandboxed frame are refused, whatever they know."""
    visitor = open_wall()
    for path, origin in product(POSTS, FOREIGN_ORIGINS):
        answer = visitor.post(path, {"title": "x"}, origin=origin)
        assert answer.status_code == 403, (path, origin)
    assert platform_cases() == 0


@pytest.mark.parametrize("token", ["", "wrong", None])
def test_a_form_without_the_secret_is_refused(
    open_wall: OpenWall, platform_cases: Callable[[], int], token: str | None
) -> None:
    """The origin alone is not enough."""
    visitor = open_wall()
    form = {} if token is None else {"token": token}
    assert visitor.post("/cases", data=form).status_code == 403
    assert visitor.upload("x", b"x", **{"X-Token": token or ""}).status_code == 403
    assert platform_cases() == 0


def test_a_form_that_is_too_large_is_refused_unread(open_wall: OpenWall) -> None:
    """Only an uploaded file may be large."""
    answer = open_wall().post("/cases", data={"title": "x" * 2**20})
    assert answer.status_code == 413


def test_a_form_that_does_not_say_how_long_it_is_is_refused(open_wall: OpenWall) -> None:
    """A chunked body could go on for ever."""
    answer = open_wall().post("/cases", data=iter([b"title=x"]))
    assert answer.status_code == 411


@pytest.mark.parametrize("path", ["/", "/cases/99", "/nowhere", "/static/wall.js"])
def test_every_answer_has_the_headers_that_keep_others_out(open_wall: OpenWall, path: str) -> None:
    """Nothing of other origins is loaded or embeds us, nothing is stored, types are not guessed."""
    headers = open_wall().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Server" not in headers


@pytest.mark.parametrize(
    "path",
    ["/cases/1", "/cases/x", "/cases/1/parts", "/cases/1/changes", "/cases/1/insights/0", "/runs/1/json"],
)
def test_what_is_not_there_is_said_to_be_missing(open_wall: OpenWall, path: str) -> None:
    """Numbers of the browser's lead to what exists, or to a page that says so."""
    answer = open_wall().get(path)
    assert answer.status_code == 404
    assert "Back to the cases" in answer.text


@pytest.mark.parametrize(
    "path",
    [f"/cases/{'9' * 5_000}", f"/runs/{'9' * 5_000}/json", f"/cases/1/changes?since={'9' * 5_000}"],
    ids=["case", "run", "revision"],
)
def test_a_number_longer_than_python_reads_is_of_nothing(
    open_wall: OpenWall, platform: LocalPlatform, path: str
) -> None:
    """Four thousand digits and more name nothing that is there, and break nothing."""
    platform.new_case()
    answer = open_wall().get(path)
    assert answer.status_code == 404
    assert "Back to the cases" in answer.text
