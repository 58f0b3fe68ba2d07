"""Each kind of fault: its effect on the client, and whether the emulator executed the request."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.emulator.api import Api

    from vmray_emulator import EmbeddedEmulator
    from vmray_emulator.json_types import Json

INFO = {"method": "GET", "path": "/rest/system_info"}
SUBMIT = {"method": "POST", "path": "/rest/sample/submit"}


def order(api: Api, match: dict[str, str], kind: str, **options: Json) -> None:
    api.control.inject(match, {"kind": kind, **options})


def test_a_status_is_returned_without_executing_the_request(api: Api) -> None:
    """The response has the ordered status, headers, body and content type. The request is not executed."""
    order(
        api,
        SUBMIT,
        "status",
        status=502,
        headers={"X-From": "proxy"},
        body="<h1>Bad</h1>",
        content_type="text/html",
    )
    response = api.send("POST", "/sample/submit", files={"sample_file": ("a", b"a")})
    assert (response.status_code, response.headers["X-From"], response.text) == (502, "proxy", "<h1>Bad</h1>")
    assert response.headers["Content-Type"].startswith("text/html")
    assert api.control.counts()["submissions"] == 0


def test_a_status_has_an_error_body_by_default(api: Api) -> None:
    """Without an ordered body, the response has an error body of VMRay."""
    order(api, INFO, "status", status=503)
    response = api.send("GET", "/system_info")
    assert (response.status_code, response.json()["result"]) == (503, "error")


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_status_can_be_returned_after_the_request_was_executed(api: Api, status: int) -> None:
    """With `stored` the submission exists although the response is an error."""
    order(api, SUBMIT, "status", status=status, stored=True)
    assert api.send("POST", "/sample/submit", files={"sample_file": ("a", b"a")}).status_code == status
    assert api.control.counts()["submissions"] == 1


@pytest.mark.parametrize("retry_after", ["2", "Wed, 21 Oct 2026 07:28:00 GMT", None])
def test_throttling_returns_429_with_retry_after(api: Api, retry_after: str | None) -> None:
    """The response is 429 with VMRay's sentence. `Retry-After` has seconds, a date, or is missing."""
    order(api, INFO, "throttle", retry_after=retry_after)
    response = api.send("GET", "/system_info")
    assert response.status_code == 429
    assert response.headers.get("Retry-After") == retry_after
    assert response.json()["error_msg"].startswith("Request was throttled. Expected available in ")


@pytest.mark.parametrize("stored", [True, False])
def test_a_reset_before_the_response(api: Api, *, stored: bool) -> None:
    """The connection is reset before the response. With `stored` the submission exists, else not."""
    order(api, SUBMIT, "reset_before", stored=stored)
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        api.send("POST", "/sample/submit", files={"sample_file": ("a", b"a")})
    assert api.control.counts()["submissions"] == int(stored)
    assert api.control.requests()[-1].status == 0


def test_a_reset_while_the_request_is_read(api: Api) -> None:
    """The connection is reset during an upload, and nothing is stored."""
    order(api, SUBMIT, "reset_mid_request")
    with pytest.raises(requests.ConnectionError):
        api.send("POST", "/sample/submit", files={"sample_file": ("a", bytes(8_000_000))})
    assert api.control.counts()["submissions"] == 0


def test_a_reset_in_the_middle_of_the_response(api: Api) -> None:
    """Half of the body is sent, then the connection is reset. The request was executed."""
    order(api, SUBMIT, "reset_mid_body")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.send("POST", "/sample/submit", files={"sample_file": ("a", b"a")})
    assert api.control.counts()["submissions"] == 1


def _until_the_end(connection: socket.socket) -> tuple[bytes, bool]:
    """Read until the connection ends. Return the bytes and whether the end was a reset."""
    received = b""
    try:
        while data := connection.recv(65536):
            received += data
    except ConnectionResetError:
        return received, True
    return received, False


def test_half_a_response_has_its_headers(emulator: EmbeddedEmulator, api: Api) -> None:
    """On the wire: the full content length, fewer bytes, then a reset instead of a normal end."""
    order(api, INFO, "reset_mid_body")
    port = int(emulator.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        head = (
            f"GET /rest/system_info HTTP/1.1\r\nHost: x\r\nAuthorization: api_key {emulator.api_key}\r\n\r\n"
        )
        connection.sendall(head.encode())
        received, reset = _until_the_end(connection)
    assert reset
    headers, _, body = received.partition(b"\r\n\r\n")
    length = int(headers.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert 0 < len(body) == length // 2


def test_a_redirect_has_the_ordered_address(api: Api) -> None:
    """The response is a redirect to the ordered address."""
    order(api, INFO, "redirect", location="http://elsewhere.example/")
    response = api.send("GET", "/system_info")
    assert (response.status_code, response.headers["Location"]) == (302, "http://elsewhere.example/")


def test_a_page_instead_of_json(api: Api) -> None:
    """The response is an HTML page with status 200, such as the sign-in page of a proxy."""
    order(api, INFO, "html")
    response = api.send("GET", "/system_info")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert response.text.startswith("<!DOCTYPE html>")


def test_truncated_json(api: Api) -> None:
    """The HTTP response is complete, but its JSON is truncated."""
    order(api, INFO, "truncated_json")
    response = api.send("GET", "/system_info")
    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.content)


def test_null_data(api: Api) -> None:
    """`data` is null, and the request was executed."""
    order(api, SUBMIT, "data_null")
    response = api.send("POST", "/sample/submit", files={"sample_file": ("a", b"a")})
    assert (response.status_code, response.json()) == (200, {"result": "ok", "data": None})
    assert api.control.counts()["submissions"] == 1


def test_an_error_with_status_200(api: Api) -> None:
    """The envelope is an error although the status is 200."""
    order(api, INFO, "result_error", error_msg="Something odd")
    response = api.send("GET", "/system_info")
    assert (response.status_code, response.json()) == (200, {"result": "error", "error_msg": "Something odd"})


def test_patching_a_response(api: Api) -> None:
    """Any part of a JSON response can be set or removed, in objects and in lists."""
    api.submit_one()
    changes = {
        "set": {"data.*.submission_status": "odd", "data.0.extra": [1]},
        "remove": ["data.0.submission_id"],
    }
    order(api, {"method": "GET", "path": "/rest/submission"}, "patch", **changes)
    (record,) = api.get("/submission")
    assert (record["submission_status"], record["extra"]) == ("odd", [1])
    assert "submission_id" not in record


def test_faults_are_consumed_in_order_and_listed(api: Api) -> None:
    """Faults form a queue. Each one affects the ordered number of requests that match its pattern."""
    api.control.inject({"path": "/rest/sample/*/iocs"}, {"kind": "status", "status": 500}, times=2)
    api.control.inject({"method": "GET", "path": "/rest/*"}, {"kind": "status", "status": 503})
    waiting = api.control.pending_faults()
    assert [(one["fault"]["status"], one["times"]) for one in waiting] == [(500, 2), (503, 1)]
    statuses = [
        api.status(path) for path in ("/sample/1/iocs", "/system_info", "/sample/2/iocs", "/system_info")
    ]
    assert statuses == [500, 503, 500, 200]
    assert api.control.pending_faults() == []


def test_invalid_faults_are_rejected(api: Api) -> None:
    """An unknown kind, an unknown option and a count of zero return an error."""
    for match, fault, times in (
        ({}, {"kind": "earthquake"}, 1),
        ({}, {"kind": "html", "colour": "red"}, 1),
        ({"host": "x"}, {"kind": "html"}, 1),
        ({}, {"kind": "html"}, 0),
    ):
        with pytest.raises(ValueError, match="fault"):
            api.control.inject(match, fault, times=times)
