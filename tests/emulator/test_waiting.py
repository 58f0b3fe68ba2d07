"""Delayed requests: stalls, latency and rate limits, and their effect on other requests."""

from __future__ import annotations

import threading
import time
from socket import create_connection
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from tests.emulator.api import Api

    from vmray_emulator import EmbeddedEmulator

SUBMIT = {"method": "POST", "path": "/rest/sample/submit"}
# Seconds that are longer than any test.
VERY_LONG = 600.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, at most one minute."""
    latest = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < latest, "the condition is still false after one minute"
        threading.Event().wait(0.01)


def send_only(emulator: EmbeddedEmulator, request: str, body: str = "") -> socket:
    """Send a request and do not read the response. The caller closes the connection."""
    connection = create_connection(("127.0.0.1", emulator.port), timeout=30)
    head = (
        f"{request} HTTP/1.1\r\nHost: x\r\nAuthorization: api_key {emulator.api_key}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall((head + body).encode())
    return connection


def submit_only(emulator: EmbeddedEmulator) -> socket:
    """Submit a URL and do not read the response. The caller closes the connection."""
    return send_only(emulator, "POST /rest/sample/submit", "sample_url=https://a.example/")


def is_idle(emulator: EmbeddedEmulator) -> bool:
    """Return whether the server has no active request."""
    return not emulator._server.server_state.tasks


def test_a_client_can_disconnect_during_a_stall_after_the_submission_is_stored(
    emulator: EmbeddedEmulator, api: Api
) -> None:
    """A submission can be stored although its client disconnected before the response."""
    api.control.inject(SUBMIT, {"kind": "stall", "seconds": VERY_LONG, "stored": True})
    with submit_only(emulator):
        until(lambda: api.control.counts()["submissions"] == 1)
    until(lambda: is_idle(emulator))
    assert api.control.requests()[0].status == 0
    assert api.control.counts()["submissions"] == 1


def test_a_stalled_request_ends_with_its_client(emulator: EmbeddedEmulator, api: Api) -> None:
    """When the client disconnects during a stall, the request is not executed."""
    api.control.inject(SUBMIT, {"kind": "stall", "seconds": VERY_LONG})
    with submit_only(emulator):
        until(lambda: api.control.pending_faults() == [])
    until(lambda: is_idle(emulator))
    assert api.control.requests()[0].status == 0
    assert api.control.counts()["submissions"] == 0


def test_a_stall_ends(api: Api) -> None:
    """After a stall the client gets its response, and the upload is stored completely."""
    api.control.inject(SUBMIT, {"kind": "stall", "seconds": 0.2})
    upload = bytes(1_000_000)
    begin = time.monotonic()
    _, number = api.submit_one(upload)
    assert time.monotonic() - begin >= 0.2
    assert api.get(f"/sample/{number}")["sample_filesize"] == len(upload)


def test_latency_delays_every_request(emulator: EmbeddedEmulator, api: Api) -> None:
    """With latency, each request takes at least this time and does not delay other requests."""
    api.control.set_latency(VERY_LONG)
    with send_only(emulator, "GET /rest/system_info"):
        until(lambda: len(api.control.requests()) == 1)
        # Set over HTTP: the server applies the change after the request above.
        shorter = requests.post(f"{emulator.url}/_emulator/latency", json={"seconds": 0.2}, timeout=30)
        assert shorter.status_code == 200
        begin = time.monotonic()
        assert api.status("/system_info") == 200
        assert time.monotonic() - begin >= 0.2
        assert [one.status for one in api.control.requests()] == [0, 200]


def test_requests_above_the_rate_limit_return_429(api: Api) -> None:
    """Requests above the rate limit return 429 with `Retry-After` and are not executed."""
    api.control.set_rate_limit(3)
    assert [api.status("/system_info") for _ in range(3)] == [200] * 3
    api.control.set_rate_limit(0.001)
    assert api.submit_url("https://a.example/")["submissions"]
    refused = [
        api.send("POST", "/sample/submit", data={"sample_url": "https://b.example/"}) for _ in range(5)
    ]
    assert [response.status_code for response in refused] == [429] * 5
    assert all(1 <= int(response.headers["Retry-After"]) <= 1001 for response in refused)
    assert api.control.counts()["submissions"] == 1
    api.control.set_rate_limit(None)
    assert api.status("/system_info") == 200
