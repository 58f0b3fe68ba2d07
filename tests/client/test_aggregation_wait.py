"""How long a run waits for reports that VMRay is still collecting."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_models import IOC_TYPES, Aggregate, Sample
from vm_ray.core.api.vmray_timing import TIMING
from vm_ray.core.api.vmray_verdicts import Verdict
from vm_ray.core.results import vmray_aggregation_wait
from vm_ray.core.results.vmray_aggregation_wait import AggregationWait
from vm_ray.core.results.vmray_report import STILL_AGGREGATING, ReportFilter, read_settled_report

if TYPE_CHECKING:
    from collections.abc import Callable

EVERYTHING: Final = ReportFilter(IOC_TYPES, frozenset(Verdict), 10, 0, 10)
SAMPLE: Final = Sample(5001, Verdict.MALICIOUS, "2026-03-05T07:29:05", {})


class Clock:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Tell the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Go on."""
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The one that reports go by."""
    clock = Clock()
    monkeypatch.setattr(vmray_aggregation_wait, "time", clock)
    return clock


def vmray(finished: Callable[[], bool]) -> Any:  # noqa: ANN401 - stands for a client
    """A VMRay that has collected everything when the function says so."""
    return SimpleNamespace(
        get_iocs=lambda _: Aggregate(finished(), {}),
        get_threat_indicators=lambda _: Aggregate(finished(), []),
    )


def test_all_samples_share_the_patience_of_a_run(clock: Clock) -> None:
    """A server that never finishes costs it once, not once for each of many hashes; each report says so."""
    patience = AggregationWait(Deadline(None))
    clock.sleep(1_000.0)  # it begins with the first wait
    never = vmray(lambda: False)

    reports = [read_settled_report(never, SAMPLE, EVERYTHING, patience) for _ in range(500)]

    assert TIMING.aggregation_timeout - 5.0 <= clock.now - 1_000.0 <= TIMING.aggregation_timeout
    assert {report.notes for report in reports} == {(STILL_AGGREGATING,)}


def test_half_of_the_run_is_left_for_the_others(clock: Clock) -> None:
    """In a short run the patience is shorter."""
    patience = AggregationWait(Deadline(20.0, clock.monotonic))

    read_settled_report(vmray(lambda: False), SAMPLE, EVERYTHING, patience)

    assert 5.0 <= clock.now <= 10.0


def test_waiting_ends_when_everything_is_collected(clock: Clock) -> None:
    """And what comes after it needs no patience."""
    patience = AggregationWait(Deadline(None))

    report = read_settled_report(vmray(lambda: clock.now >= 3.0), SAMPLE, EVERYTHING, patience)

    assert report.complete
    assert 3.0 <= clock.now <= 4.0
