"""The pauses between the attempts of a read, if the server sends a Retry-After of zero or in the past."""

from __future__ import annotations

import re
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.guarantees.byte_server import ByteServer, reply

from vm_ray.core.api import vmray_body
from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import DeadlineError
from vm_ray.core.api.vmray_rate_limiter import AdaptiveRateLimiter
from vm_ray.core.api.vmray_request_errors import ServerError, TooLargeError
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.api.vmray_transport import MAX_ATTEMPTS, Transport

if TYPE_CHECKING:
    from vmray_emulator import EmbeddedEmulator

OK: Final = b'{"result": "ok", "data": []}'
PASSED: Final = "Thu, 01 Jan 1970 00:00:00 GMT"


def transport(vmray: EmbeddedEmulator, slept: list[float]) -> Transport:
    """Return a transport that records its pauses and does not sleep."""
    limiter, deadline = AdaptiveRateLimiter(), Deadline(None)
    return Transport(
        vmray.url, vmray.api_key, verify=True, rate_limiter=limiter, deadline=deadline, sleep=slept.append
    )


@pytest.mark.parametrize("retry_after", ["0", PASSED])
def test_retries_after_server_errors_have_pauses(emulator: EmbeddedEmulator, retry_after: str) -> None:
    """Given a 503 with Retry-After 0, then the pauses are those of the back-off."""
    failure: dict[str, Any] = {"kind": "status", "status": 503, "headers": {"Retry-After": retry_after}}
    emulator.control.inject({"path": "/rest/system_info"}, failure, times=MAX_ATTEMPTS)
    slept: list[float] = []

    with pytest.raises(ServerError):
        transport(emulator, slept).get("/system_info")

    bounds = [0.25, 0.5, 1.0]
    assert all(bound / 2 <= pause <= bound for pause, bound in zip(slept, bounds, strict=True))
    assert emulator.control.pending_faults() == []


@pytest.mark.parametrize("retry_after", ["0", PASSED])
def test_retries_after_a_429_have_pauses(emulator: EmbeddedEmulator, retry_after: str) -> None:
    """Given a 429 with Retry-After 0, then all requests are delayed by the default time."""
    fault = {"kind": "throttle", "retry_after": retry_after}
    emulator.control.inject({"path": "/rest/system_info"}, fault)
    began = time.monotonic()

    transport(emulator, []).get("/system_info")

    assert time.monotonic() - began >= TIMING.default_retry_after


DAY: Final = "86400"


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ({"kind": "status", "status": 503, "headers": {"Retry-After": DAY}}, "VMRay returned HTTP 503"),
        ({"kind": "throttle", "retry_after": DAY}, "VMRay returned HTTP 429, too many requests"),
        (
            {"kind": "status", "status": 408, "headers": {"Retry-After": DAY}},
            "the server returned HTTP 408 and requested another attempt",
        ),
        ({"kind": "status", "status": 502, "headers": {"Retry-After": "7200"}}, "VMRay returned HTTP 502"),
    ],
)
def test_a_pause_that_is_longer_than_the_run_is_named(
    emulator: EmbeddedEmulator, fault: dict[str, Any], cause: str
) -> None:
    """Given a pause beyond the end of the run, then the error has the cause and the pause, at once."""
    emulator.control.inject({"path": "/rest/system_info"}, fault)
    run = Deadline(time.time() + 60)
    limited = Transport(
        emulator.url, emulator.api_key, verify=True, rate_limiter=AdaptiveRateLimiter(), deadline=run
    )
    with pytest.raises(DeadlineError) as caught:
        limited.get("/system_info")
    words = r"; the server requests a pause of \d+ seconds, which is longer than the rest of this run$"
    assert re.match(f"{cause}.*{words}", str(caught.value))
    with pytest.raises(DeadlineError, match="the server requests a pause of"):
        limited.get("/analysis", shape=list)
    assert len(emulator.control.requests()) == 1


@pytest.mark.parametrize("hours", [-5, -1, 1, 3])
def test_the_time_of_the_server_is_that_of_its_clock(emulator: EmbeddedEmulator, hours: int) -> None:
    """Given a server whose clock differs, then times of VMRay are compared with this clock."""
    moment = time.time() + hours * 3600
    date = f"Date: {formatdate(moment, usegmt=True)}"
    with ByteServer(emulator.url, lambda _line, _real: [reply(OK, "200 OK", date)]) as server:
        client = connect(server.url, emulator.api_key)
        assert abs(client.server_time() - time.time()) < 60
        client.check_access()
        assert abs(client.server_time() - moment) < 60


@pytest.mark.parametrize("announced", [True, False])
def test_a_response_that_is_too_large_is_read_once(
    emulator: EmbeddedEmulator, monkeypatch: pytest.MonkeyPatch, *, announced: bool
) -> None:
    """Given a response above the limit, then there is no other attempt."""
    monkeypatch.setattr(vmray_body, "MAX_RESPONSE_BYTES", 1_000)
    body = OK.replace(b"[]", b"[%s]" % b",".join([b"1"] * 100_000))
    answer = reply(body) if announced else reply(body).replace(b"Content-Length", b"Connection: close\r\nX")
    received: list[str] = []

    def respond(line: str, _real: bytes) -> list[bytes]:
        received.append(line)
        return [answer]

    with ByteServer(emulator.url, respond) as server, pytest.raises(TooLargeError):
        connect(server.url, emulator.api_key).check_access()
    assert len(received) == 1
