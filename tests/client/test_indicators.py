"""Threat indicators as an action returns them, in pure functions."""

from __future__ import annotations

from vm_ray.core.api.vmray_models import Aggregate
from vm_ray.core.results.vmray_indicators import IndicatorFilter, indicator_item

STRONG = {"category": "Persistence", "operation": "Installs a service", "score": 5}
WEAK = {"category": "Discovery", "operation": "Reads the host name", "score": 1}
EVERY = IndicatorFilter(min_score=0, mitigating=True, categories=(), limit=100)


def test_a_list_that_is_not_finished_is_named() -> None:
    """Given indicators that VMRay still collects, then the note names these only: no IOCs were asked for."""
    item = indicator_item("5001", {}, Aggregate(finished=False, content=[]), EVERY)

    assert (item.outcome, item.complete) == ("empty", False)
    assert item.reason == "VMRay had not finished collecting threat indicators; some may be missing"


def test_the_limit_does_not_change_the_counts() -> None:
    """Given more indicators than wanted, then the categories are those of all that match."""
    item = indicator_item("5001", {}, Aggregate(True, [WEAK, STRONG, STRONG]), EVERY._replace(limit=1))  # noqa: FBT003 - finished

    assert item.facts["threat_indicators"] == [STRONG]
    assert item.facts["by_category"] == [
        {"category": "Persistence", "count": 2, "highest_score": 5},
        {"category": "Discovery", "count": 1, "highest_score": 1},
    ]
