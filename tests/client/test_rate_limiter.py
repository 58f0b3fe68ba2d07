"""The rate limiter: requests in flight, and the start of the next request, with a clock of the test."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vm_ray.core.api.vmray_backoff import back_off
from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import DeadlineError, ParameterError
from vm_ray.core.api.vmray_rate_limiter import (
    INITIAL_CONCURRENCY,
    MAX_CONCURRENCY,
    AdaptiveRateLimiter,
    configured_max_concurrency,
)

if TYPE_CHECKING:
    from vmray_emulator import EmbeddedEmulator


class Clock:
    """A clock that only the test advances."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_the_limit_grows_with_responses_up_to_the_maximum() -> None:
    """Given responses, then the limit starts low, grows by one each, and ends at the maximum."""
    limiter = AdaptiveRateLimiter()
    assert limiter.limit == INITIAL_CONCURRENCY
    for _ in range(2 * MAX_CONCURRENCY):
        limiter.on_success()
    assert limiter.limit == MAX_CONCURRENCY


def test_the_page_for_operators_names_the_limits() -> None:
    """Given the page for operators, then it has the initial and the maximum limit."""
    page = Path(__file__).parents[2] / "docs" / "import-into-secops.md"
    text = " ".join(page.read_text(encoding="utf-8").split())
    limits = f"It starts with {INITIAL_CONCURRENCY}, goes up to {MAX_CONCURRENCY} while the server responds"
    assert limits in text
    assert f"a whole number from 1 to {MAX_CONCURRENCY})" in text


def test_the_configured_limit_is_never_exceeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a limit in the environment, then it holds from the first request on."""
    monkeypatch.setenv("VMRAY_MAX_REQUESTS_IN_FLIGHT", "2")
    limiter = AdaptiveRateLimiter(configured_max_concurrency())
    for _ in range(10):
        limiter.on_success()
    assert limiter.limit == 2


@pytest.mark.parametrize("text", ["0", "-1", "1000", "many", "1.5"])
def test_an_invalid_configured_limit_is_an_error(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Given an invalid limit, then the error names the variable and the allowed values."""
    monkeypatch.setenv("VMRAY_MAX_REQUESTS_IN_FLIGHT", text)
    with pytest.raises(ParameterError, match=rf"VMRAY_MAX_REQUESTS_IN_FLIGHT.*from 1 to {MAX_CONCURRENCY}"):
        configured_max_concurrency()


def test_concurrent_429_responses_halve_the_limit_once() -> None:
    """Given three 429 responses to requests of the same time, then the limit is halved once."""
    clock = Clock()
    limiter = AdaptiveRateLimiter(clock=clock)
    started = [limiter.acquire(Deadline(None)) for _ in range(3)]
    for moment in started:
        limiter.on_rate_limited(moment, 2.0)
    assert limiter.limit == INITIAL_CONCURRENCY // 2


def test_no_request_starts_before_retry_after() -> None:
    """Given a Retry-After beyond the deadline, then it is an error at once; otherwise requests start then."""
    clock = Clock()
    limiter = AdaptiveRateLimiter(clock=clock)
    limiter.on_rate_limited(limiter.acquire(Deadline(None)), 30.0)
    with pytest.raises(DeadlineError):
        limiter.acquire(Deadline(clock.now + 29.0, clock))
    clock.now += 30.0
    assert limiter.acquire(Deadline(None)) == clock.now


def sixth_after_five_responses(limiter: AdaptiveRateLimiter) -> float:
    """Start six requests, finish five of them, and return the start of the sixth."""
    started = [limiter.acquire(Deadline(None)) for _ in range(6)]
    for _ in range(5):
        limiter.release()
        limiter.on_success()
    limiter.release()
    return started[-1]


def test_the_interval_after_a_429_is_the_measured_one() -> None:
    """Given five responses and a pause of one second, then the interval between starts is 0.2 seconds."""
    clock = Clock()
    limiter = AdaptiveRateLimiter(clock=clock)
    started = sixth_after_five_responses(limiter)
    limiter.on_rate_limited(started, 1.0)
    clock.now += 1.0
    limiter.acquire(Deadline(None))
    with pytest.raises(DeadlineError):
        limiter.acquire(Deadline(clock.now + 0.19, clock))
    clock.now += 0.2
    assert limiter.acquire(Deadline(None)) == clock.now


@pytest.mark.parametrize(
    ("seconds", "pause", "spacing"), [(0.0, 60.0, 0.2), (30.0, 1.0, 0.5), (0.5, 60.0, 0.3)]
)
def test_a_long_pause_does_not_set_the_interval(seconds: float, pause: float, spacing: float) -> None:
    """Given a long pause, or a pause after an idle time, then the interval stays below one second."""
    clock = Clock()
    limiter = AdaptiveRateLimiter(clock=clock)
    started = sixth_after_five_responses(limiter)
    clock.now += seconds
    limiter.on_rate_limited(started, pause)
    clock.now += pause
    limiter.acquire(Deadline(None))
    with pytest.raises(DeadlineError):
        limiter.acquire(Deadline(clock.now + spacing - 0.01, clock))
    clock.now += spacing + 0.001
    assert limiter.acquire(Deadline(clock.now + 0.01, clock)) == clock.now


def test_a_pause_longer_than_a_thread_can_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a pause longer than a thread can wait, then the wait is repeated."""
    clock = Clock()
    limiter = AdaptiveRateLimiter(clock=clock)
    limiter.block_for(1e15)
    waited: list[float] = []

    def wait(timeout: float) -> bool:
        waited.append(timeout)
        clock.now += 1e15
        return False

    monkeypatch.setattr(limiter._turn, "wait", wait)
    assert limiter.acquire(Deadline(None)) == clock.now
    assert waited == [threading.TIMEOUT_MAX]


def test_a_long_pause_without_responses_does_not_set_the_interval() -> None:
    """Given a 429 and a 503 without a response before, then requests start together after the pause."""
    clock = Clock()
    limiter = AdaptiveRateLimiter(clock=clock)
    limiter.on_rate_limited(limiter.acquire(Deadline(None)), 60.0)
    limiter.release()
    limiter.block_for(60.0)
    clock.now += 60.0
    assert [limiter.acquire(Deadline(None)) for _ in range(limiter.limit)] == [clock.now] * (
        INITIAL_CONCURRENCY // 2
    )


def test_back_off_doubles_with_jitter_and_ends_at_thirty_seconds() -> None:
    """Given each failure, then the pause is in the upper half of a bound that doubles up to 30 seconds."""
    for failures in range(1, 12):
        bound = min(30.0, 0.25 * 2.0 ** (failures - 1))
        assert bound / 2 <= back_off(failures) <= bound


def test_a_run_without_a_deadline_never_ends_early() -> None:
    """Given no deadline, as for an action that a person starts, then there is always time."""
    deadline = Deadline(None)
    deadline.check(1e9)
    assert deadline.remaining == float("inf")


class OneAtATime:
    """Another rate limiter: one request at a time; records all calls."""

    def __init__(self) -> None:
        self.slot = threading.Lock()
        self.calls: list[str] = []

    def acquire(self, deadline: Deadline) -> float:
        """Wait for the only slot."""
        deadline.check()
        self.slot.acquire()
        self.calls.append("acquire")
        return 1.5

    def release(self) -> None:
        """Free the slot."""
        self.calls.append("release")
        self.slot.release()

    def on_success(self) -> None:
        """Record a response."""
        self.calls.append("success")

    def on_rate_limited(self, started: float, retry_after: float | None) -> None:
        """Record a 429."""
        self.calls.append(f"429 {started} {retry_after}")

    def block_for(self, retry_after: float) -> None:
        """Record a pause."""
        self.calls.append(f"block {retry_after}")


def test_another_rate_limiter_can_be_used(emulator: EmbeddedEmulator) -> None:
    """Given a limiter with these five methods, then the transport uses it."""
    limiter = OneAtATime()
    client = connect(emulator.url, emulator.api_key, rate_limiter=limiter)
    path = {"path": "/rest/analysis"}
    emulator.control.inject(path, {"kind": "throttle", "retry_after": "7"})
    emulator.control.inject(path, {"kind": "status", "status": 503, "headers": {"Retry-After": "9"}})

    client.check_access()

    assert limiter.calls == [
        *("acquire", "429 1.5 7.0", "release"),
        *("acquire", "block 9.0", "release"),
        *("acquire", "release", "success"),
    ]
