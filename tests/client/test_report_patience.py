"""How long a run waits for reports that VMRay is still collecting."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core import vmray_report
from vm_ray.core.vmray_models import IOC_TYPES, Aggregate, Sample
from vm_ray.core.vmray_report import (
    AGGREGATION_PATIENCE,
    STILL_AGGREGATING,
    Patience,
    ReportFilter,
    read_settled_report,
)
from vm_ray.core.vmray_throttle import Deadline
from vm_ray.core.vmray_verdicts import Verdict

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
    monkeypatch.setattr(vmray_report, "time", clock)
    return clock


def vmray(finished: Callable[[], bool]) -> Any:  # noqa: ANN401 - stands for a client
    """A VMRay that has collected everything when the function says so."""
    return SimpleNamespace(
        iocs=lambda _: Aggregate(finished(), {}), threat_indicators=lambda _: Aggregate(finished(), [])
    )


def test_all_samples_share_the_patience_of_a_run(clock: Clock) -> None:
    """A server that never finishes costs it once, not once for each of many hashes; each report says so."""
    patience = Patience(Deadline(None))
    clock.sleep(1_000.0)  # it begins with the first wait
    never = vmray(lambda: False)

    reports = [read_settled_report(never, SAMPLE, EVERYTHING, patience) for _ in range(500)]

    assert AGGREGATION_PATIENCE - 5.0 <= clock.now - 1_000.0 <= AGGREGATION_PATIENCE
    assert {report.notes for report in reports} == {(STILL_AGGREGATING,)}


def test_half_of_the_run_is_left_for_the_others(clock: Clock) -> None:
    """In a short run the patience is shorter."""
    patience = Patience(Deadline(20.0, clock.monotonic))

    read_settled_report(vmray(lambda: False), SAMPLE, EVERYTHING, patience)

    assert 5.0 <= clock.now <= 10.0


def test_waiting_ends_when_everything_is_collected(clock: Clock) -> None:
    """And what comes after it needs no patience."""
    patience = Patience(Deadline(None))

    report = read_settled_report(vmray(lambda: clock.now >= 3.0), SAMPLE, EVERYTHING, patience)

    assert report.complete
    assert 3.0 <= clock.now <= 4.0
