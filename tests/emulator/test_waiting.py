"""Requests that wait: in a stall, under latency, beyond a rate. Whom that holds up, and what comes of it."""

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
# Seconds that no test waits for.
FOR_EVER = 600.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is bound to happen."""
    latest = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < latest, "it did not happen"
        threading.Event().wait(0.01)


def asking(emulator: EmbeddedEmulator, request: str, body: str = "") -> socket:
    """Send a request with a body and leave the response alone; to be closed by the caller."""
    connection = create_connection(("127.0.0.1", emulator.port), timeout=30)
    head = (
        f"{request} HTTP/1.1\r\nHost: x\r\nAuthorization: api_key {emulator.api_key}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall((head + body).encode())
    return connection


def submitting(emulator: EmbeddedEmulator) -> socket:
    """Submit a URL and leave the response alone; to be closed by the caller."""
    return asking(emulator, "POST /rest/sample/submit", "sample_url=https://a.example/")


def nobody_is_waiting(emulator: EmbeddedEmulator) -> bool:
    """Whether the server is busy with no request."""
    return not emulator._server.server_state.tasks


def test_a_stall_outlasts_a_clients_patience(emulator: EmbeddedEmulator, api: Api) -> None:
    """A submission may be there although its client gave up without a word of response."""
    api.control.inject(SUBMIT, {"kind": "stall", "seconds": FOR_EVER, "stored": True})
    with submitting(emulator):
        until(lambda: api.control.counts()["submissions"] == 1)
    until(lambda: nobody_is_waiting(emulator))
    assert api.control.requests()[0].status == 0
    assert api.control.counts()["submissions"] == 1


def test_a_stalled_request_ends_with_its_client(emulator: EmbeddedEmulator, api: Api) -> None:
    """What was not carried out before the stall is not carried out for a client that has gone."""
    api.control.inject(SUBMIT, {"kind": "stall", "seconds": FOR_EVER})
    with submitting(emulator):
        until(lambda: api.control.pending_faults() == [])
    until(lambda: nobody_is_waiting(emulator))
    assert api.control.requests()[0].status == 0
    assert api.control.counts()["submissions"] == 0


def test_a_stall_ends(api: Api) -> None:
    """A patient client gets its response, and the whole of its upload is carried out."""
    api.control.inject(SUBMIT, {"kind": "stall", "seconds": 0.2})
    upload = bytes(1_000_000)
    begin = time.monotonic()
    _, number = api.submit_one(upload)
    assert time.monotonic() - begin >= 0.2
    assert api.get(f"/sample/{number}")["sample_filesize"] == len(upload)


def test_latency_delays_every_request(emulator: EmbeddedEmulator, api: Api) -> None:
    """A steady condition: each request takes at least so long, and holds up no other one."""
    api.control.set_latency(FOR_EVER)
    with asking(emulator, "GET /rest/system_info"):
        until(lambda: len(api.control.requests()) == 1)
        # This way the server sets it after it has seen to the request above.
        shorter = requests.post(f"{emulator.url}/_emulator/latency", json={"seconds": 0.2}, timeout=30)
        assert shorter.status_code == 200
        begin = time.monotonic()
        assert api.status("/system_info") == 200
        assert time.monotonic() - begin >= 0.2
        assert [one.status for one in api.control.requests()] == [0, 200]


def test_a_rate_limit_throttles_the_rest(api: Api) -> None:
    """Beyond the rate requests get 429 and a `Retry-After`, and are not carried out."""
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
