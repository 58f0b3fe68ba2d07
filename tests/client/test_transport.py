"""How long a read waits between its tries where the server says: at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import ServerError
from vm_ray.core.api.vmray_rate_limiter import AdaptiveRateLimiter
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.api.vmray_transport import MAX_ATTEMPTS, Transport

if TYPE_CHECKING:
    from vmray_emulator import EmbeddedEmulator

PASSED: Final = "Thu, 01 Jan 1970 00:00:00 GMT"


def transport(vmray: EmbeddedEmulator, slept: list[float]) -> Transport:
    """A session that notes how long it sleeps instead of sleeping."""
    gate, deadline = AdaptiveRateLimiter(), Deadline(None)
    return Transport(
        vmray.url, vmray.api_key, verify=True, rate_limiter=gate, deadline=deadline, sleep=slept.append
    )


@pytest.mark.parametrize("retry_after", ["0", PASSED])
def test_a_failing_server_is_not_asked_again_at_once(emulator: EmbeddedEmulator, retry_after: str) -> None:
    """It may say so: the pauses are those without a moment, longer each time."""
    failure: dict[str, Any] = {"kind": "status", "status": 503, "headers": {"Retry-After": retry_after}}
    emulator.control.inject({"path": "/rest/system_info"}, failure, times=MAX_ATTEMPTS)
    slept: list[float] = []

    with pytest.raises(ServerError):
        transport(emulator, slept).get("/system_info")

    bounds = [0.25, 0.5, 1.0]
    assert all(bound / 2 <= pause <= bound for pause, bound in zip(slept, bounds, strict=True))
    assert emulator.control.pending_faults() == []


@pytest.mark.parametrize("retry_after", ["0", PASSED])
def test_a_throttling_server_is_not_asked_again_at_once(emulator: EmbeddedEmulator, retry_after: str) -> None:
    """The gate holds all requests back for as long as without a moment."""
    order = {"kind": "throttle", "retry_after": retry_after}
    emulator.control.inject({"path": "/rest/system_info"}, order)
    began = time.monotonic()

    transport(emulator, []).get("/system_info")

    assert time.monotonic() - began >= TIMING.default_retry_after
