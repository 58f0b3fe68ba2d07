"""The pauses between the attempts of a read, if the server sends a Retry-After of zero or in the past."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_rate_limiter import AdaptiveRateLimiter
from vm_ray.core.api.vmray_request_errors import ServerError
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.api.vmray_transport import MAX_ATTEMPTS, Transport

if TYPE_CHECKING:
    from vmray_emulator import EmbeddedEmulator

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
