"""The gate: how many requests are in flight and when the next may start, on a clock that the test moves."""

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
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_the_level_grows_with_answers_up_to_the_ceiling() -> None:
    """A polite start, one more for each answer, and never more than the ceiling."""
    gate = AdaptiveRateLimiter()
    assert gate.limit == INITIAL_CONCURRENCY
    for _ in range(2 * MAX_CONCURRENCY):
        gate.on_success()
    assert gate.limit == MAX_CONCURRENCY


def test_the_operators_page_names_the_levels() -> None:
    """Where the action begins, and how far it goes."""
    page = Path(__file__).parents[2] / "docs" / "import-into-secops.md"
    words = " ".join(page.read_text(encoding="utf-8").split())
    levels = f"It starts with {INITIAL_CONCURRENCY}, goes up to {MAX_CONCURRENCY} while the server responds"
    assert levels in words
    assert f"a whole number from 1 to {MAX_CONCURRENCY})" in words


def test_an_operators_cap_is_never_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cap from the environment holds from the first request on."""
    monkeypatch.setenv("VMRAY_MAX_REQUESTS_IN_FLIGHT", "2")
    gate = AdaptiveRateLimiter(configured_max_concurrency())
    for _ in range(10):
        gate.on_success()
    assert gate.limit == 2


@pytest.mark.parametrize("text", ["0", "-1", "1000", "many", "1.5"])
def test_a_cap_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The variable and what is allowed are named."""
    monkeypatch.setenv("VMRAY_MAX_REQUESTS_IN_FLIGHT", text)
    with pytest.raises(ParameterError, match=rf"VMRAY_MAX_REQUESTS_IN_FLIGHT.*from 1 to {MAX_CONCURRENCY}"):
        configured_max_concurrency()


def test_requests_throttled_together_halve_the_level_once() -> None:
    """Eight requests in flight, three of them throttled: one halving, not three."""
    clock = Clock()
    gate = AdaptiveRateLimiter(clock=clock)
    started = [gate.acquire(Deadline(None)) for _ in range(3)]
    for moment in started:
        gate.on_rate_limited(moment, 2.0)
    assert gate.limit == INITIAL_CONCURRENCY // 2


def test_nothing_starts_before_the_moment_the_server_named() -> None:
    """A run that would end earlier is told so instead of waiting in vain."""
    clock = Clock()
    gate = AdaptiveRateLimiter(clock=clock)
    gate.on_rate_limited(gate.acquire(Deadline(None)), 30.0)
    with pytest.raises(DeadlineError):
        gate.acquire(Deadline(clock.now + 29.0, clock))
    clock.now += 30.0
    assert gate.acquire(Deadline(None)) == clock.now


def sixth_after_five_answers(gate: AdaptiveRateLimiter) -> float:
    """Six requests at once, of which five are answered; when the sixth started."""
    started = [gate.acquire(Deadline(None)) for _ in range(6)]
    for _ in range(5):
        gate.release()
        gate.on_success()
    gate.release()
    return started[-1]


def test_the_pace_after_throttling_is_the_one_the_server_kept() -> None:
    """Five answers, then a second of pause: from then on a fifth of a second between two starts."""
    clock = Clock()
    gate = AdaptiveRateLimiter(clock=clock)
    started = sixth_after_five_answers(gate)
    gate.on_rate_limited(started, 1.0)
    clock.now += 1.0
    gate.acquire(Deadline(None))
    with pytest.raises(DeadlineError):
        gate.acquire(Deadline(clock.now + 0.19, clock))
    clock.now += 0.2
    assert gate.acquire(Deadline(None)) == clock.now


@pytest.mark.parametrize(
    ("seconds", "pause", "spacing"), [(0.0, 60.0, 0.2), (30.0, 1.0, 0.5), (0.5, 60.0, 0.3)]
)
def test_a_long_pause_is_kept_once_and_does_not_set_the_pace(
    seconds: float, pause: float, spacing: float
) -> None:
    """Five answers, then a long pause, or one after an idle time: requests start well within a second."""
    clock = Clock()
    gate = AdaptiveRateLimiter(clock=clock)
    started = sixth_after_five_answers(gate)
    clock.now += seconds
    gate.on_rate_limited(started, pause)
    clock.now += pause
    gate.acquire(Deadline(None))
    with pytest.raises(DeadlineError):
        gate.acquire(Deadline(clock.now + spacing - 0.01, clock))
    clock.now += spacing + 0.001
    assert gate.acquire(Deadline(clock.now + 0.01, clock)) == clock.now


def test_a_pause_beyond_all_time_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as threads can wait at once, and then again; no run without a deadline breaks over it."""
    clock = Clock()
    gate = AdaptiveRateLimiter(clock=clock)
    gate.block_for(1e15)
    waited: list[float] = []

    def wait(timeout: float) -> bool:
        waited.append(timeout)
        clock.now += 1e15
        return False

    monkeypatch.setattr(gate._turn, "wait", wait)
    assert gate.acquire(Deadline(None)) == clock.now
    assert waited == [threading.TIMEOUT_MAX]


def test_a_long_pause_without_answers_does_not_set_the_pace() -> None:
    """A server in maintenance asks for a minute: afterwards requests start as before, not one a minute."""
    clock = Clock()
    gate = AdaptiveRateLimiter(clock=clock)
    gate.on_rate_limited(gate.acquire(Deadline(None)), 60.0)
    gate.release()
    gate.block_for(60.0)
    clock.now += 60.0
    assert [gate.acquire(Deadline(None)) for _ in range(gate.limit)] == [clock.now] * (
        INITIAL_CONCURRENCY // 2
    )


def test_back_off_doubles_with_jitter_and_ends_at_thirty_seconds() -> None:
    """Each wait lies in the upper half of its doubling bound."""
    for failures in range(1, 12):
        bound = min(30.0, 0.25 * 2.0 ** (failures - 1))
        assert bound / 2 <= back_off(failures) <= bound


def test_a_run_without_a_deadline_never_ends_early() -> None:
    """The platform sets none when it runs an action by hand."""
    deadline = Deadline(None)
    deadline.check(1e9)
    assert deadline.remaining == float("inf")


class OneAtATime:
    """Another rate limiter: one request at a time, and a record of what the transport reported."""

    def __init__(self) -> None:
        self.slot = threading.Lock()
        self.seen: list[str] = []

    def acquire(self, deadline: Deadline) -> float:
        """Wait for the only slot."""
        deadline.check()
        self.slot.acquire()
        self.seen.append("acquire")
        return 1.5

    def release(self) -> None:
        """Free the slot."""
        self.seen.append("release")
        self.slot.release()

    def on_success(self) -> None:
        """Record a response."""
        self.seen.append("success")

    def on_rate_limited(self, started: float, retry_after: float | None) -> None:
        """Record a 429."""
        self.seen.append(f"429 {started} {retry_after}")

    def block_for(self, retry_after: float) -> None:
        """Record a pause."""
        self.seen.append(f"block {retry_after}")


def test_another_rate_limiter_can_take_the_place_of_ours(emulator: EmbeddedEmulator) -> None:
    """A budget that several processes share needs these five methods only."""
    limiter = OneAtATime()
    client = connect(emulator.url, emulator.api_key, rate_limiter=limiter)
    path = {"path": "/rest/analysis"}
    emulator.control.inject(path, {"kind": "throttle", "retry_after": "7"})
    emulator.control.inject(path, {"kind": "status", "status": 503, "headers": {"Retry-After": "9"}})

    client.check_access()

    assert limiter.seen == [
        *("acquire", "429 1.5 7.0", "release"),
        *("acquire", "block 9.0", "release"),
        *("acquire", "release", "success"),
    ]
