"""How long a run waits for reports that VMRay is still aggregating."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_models import IOC_TYPES, Aggregate, Sample
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.api.vmray_verdicts import VERDICTS, Verdict
from vm_ray.core.results import vmray_aggregation_wait
from vm_ray.core.results.vmray_aggregation_wait import AggregationWait
from vm_ray.core.results.vmray_report import STILL_AGGREGATING, ReportFilter, read_settled_report

if TYPE_CHECKING:
    from collections.abc import Callable

EVERYTHING: Final = ReportFilter(IOC_TYPES, frozenset(VERDICTS), 10, 0, 10)
SAMPLE: Final = Sample(5001, Verdict.MALICIOUS, "2026-03-05T07:29:05", {})


class Clock:
    """A clock that advances only during a sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Advance the clock."""
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace the clock of the reports."""
    clock = Clock()
    monkeypatch.setattr(vmray_aggregation_wait, "time", clock)
    return clock


def vmray(finished: Callable[[], bool]) -> Any:  # noqa: ANN401 - a substitute for a client
    """Return a client whose reports are finished when the function returns true."""
    return SimpleNamespace(
        get_iocs=lambda _: Aggregate(finished(), {}),
        get_threat_indicators=lambda _: Aggregate(finished(), []),
    )


def test_all_samples_share_the_timeout_of_a_run(clock: Clock) -> None:
    """Given reports that are never finished, then all samples share one timeout; each report has a note."""
    wait = AggregationWait(Deadline(None))
    clock.sleep(1_000.0)  # the timeout starts with the first wait
    never = vmray(lambda: False)

    reports = [read_settled_report(never, SAMPLE, EVERYTHING, wait) for _ in range(500)]

    assert TIMING.aggregation_timeout - 5.0 <= clock.now - 1_000.0 <= TIMING.aggregation_timeout
    assert {report.notes for report in reports} == {(STILL_AGGREGATING,)}


def test_waiting_uses_at_most_half_of_the_run(clock: Clock) -> None:
    """Given a short run, then at most half of its time is used for waiting."""
    wait = AggregationWait(Deadline(20.0, clock.monotonic))

    read_settled_report(vmray(lambda: False), SAMPLE, EVERYTHING, wait)

    assert 5.0 <= clock.now <= 10.0


def test_waiting_ends_when_the_reports_are_finished(clock: Clock) -> None:
    """Given reports that finish, then the wait ends."""
    wait = AggregationWait(Deadline(None))

    report = read_settled_report(vmray(lambda: clock.now >= 3.0), SAMPLE, EVERYTHING, wait)

    assert report.complete
    assert 3.0 <= clock.now <= 4.0
