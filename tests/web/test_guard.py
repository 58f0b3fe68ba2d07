"""The access control of the case wall: which requests it accepts, and its security headers."""

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

POSTS = [
    "/cases",
    "/cases/1/entities",
    "/cases/1/attachments",
    "/cases/1/runs",
    "/runs/1/cancel",
    "/uploads",
    "/uploads/x/forget",
]


def test_the_wall_listens_on_loopback_only(open_wall: OpenWall) -> None:
    """Given another address of this machine, the connection is refused."""
    visitor = open_wall()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", visitor.wall.port), timeout=5)


FOREIGN_HOSTS = ("evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", "")
FOREIGN_ORIGINS = (None, "null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1")


def test_a_request_with_another_host_name_is_rejected(open_wall: OpenWall) -> None:
    """Given a host name that points to loopback (DNS rebinding), every path is rejected."""
    visitor = open_wall()
    for path, host in product(("/", "/cases/1", "/static/wall.js", "/runs/1/json"), FOREIGN_HOSTS):
        response = visitor.get(path, headers={"Host": host})
        assert response.status_code in (400, 421), (path, host)
        assert "case wall" not in response.text


def test_localhost_is_an_accepted_host_name(open_wall: OpenWall) -> None:
    """A user may type localhost instead of 127.0.0.1."""
    visitor = open_wall()
    assert visitor.get("/", headers={"Host": f"localhost:{visitor.wall.port}"}).status_code == 200


def test_changes_from_another_origin_are_rejected(
    open_wall: OpenWall, platform_cases: Callable[[], int]
) -> None:
    """Given another site, another port or a sandboxed frame, a POST is rejected even with the secret."""
    visitor = open_wall()
    for path, origin in product(POSTS, FOREIGN_ORIGINS):
        response = visitor.post(path, {"title": "x"}, origin=origin)
        assert response.status_code == 403, (path, origin)
    assert platform_cases() == 0


@pytest.mark.parametrize("token", ["", "wrong", None])
def test_a_form_without_the_secret_is_rejected(
    open_wall: OpenWall, platform_cases: Callable[[], int], token: str | None
) -> None:
    """Given the right origin and no secret, the form is rejected."""
    visitor = open_wall()
    form = {} if token is None else {"token": token}
    assert visitor.post("/cases", data=form).status_code == 403
    assert visitor.upload("x", b"x", **{"X-Token": token or ""}).status_code == 403
    assert platform_cases() == 0


def test_a_form_that_is_too_large_is_rejected_before_it_is_read(open_wall: OpenWall) -> None:
    """Only an uploaded file may be large."""
    response = open_wall().post("/cases", data={"title": "x" * 2**20})
    assert response.status_code == 413


def test_a_form_without_a_content_length_is_rejected(open_wall: OpenWall) -> None:
    """A chunked body could be endless."""
    response = open_wall().post("/cases", data=iter([b"title=x"]))
    assert response.status_code == 411


@pytest.mark.parametrize("path", ["/", "/cases/99", "/nowhere", "/static/wall.js"])
def test_every_response_has_the_security_headers(open_wall: OpenWall, path: str) -> None:
    """The page loads nothing from other origins, cannot be embedded or cached, and has a fixed type."""
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
def test_a_missing_object_gives_the_not_found_page(open_wall: OpenWall, path: str) -> None:
    """Given an id of nothing, the status is 404 and the page has a link back to the cases."""
    response = open_wall().get(path)
    assert response.status_code == 404
    assert "Back to the cases" in response.text


@pytest.mark.parametrize(
    "path",
    [f"/cases/{'9' * 5_000}", f"/runs/{'9' * 5_000}/json", f"/cases/1/changes?since={'9' * 5_000}"],
    ids=["case", "run", "revision"],
)
def test_a_number_with_thousands_of_digits_gives_the_not_found_page(
    open_wall: OpenWall, platform: LocalPlatform, path: str
) -> None:
    """Given more digits than Python converts (4,300), the status is 404."""
    platform.new_case()
    response = open_wall().get(path)
    assert response.status_code == 404
    assert "Back to the cases" in response.text
