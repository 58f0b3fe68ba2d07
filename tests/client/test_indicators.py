"""Threat indicators as an action returns them, in pure functions."""

from __future__ import annotations

from vm_ray.core.api.vmray_models import Aggregate
from vm_ray.core.results.vmray_indicators import IndicatorFilter, indicator_item

EVERY = IndicatorFilter(min_score=0, mitigating=True, categories=(), limit=100)


def test_a_list_that_is_not_finished_is_named() -> None:
    """Given indicators that VMRay still collects, then the note names these only: no IOCs were asked for."""
    item = indicator_item("5001", {}, Aggregate(finished=False, content=[]), EVERY)

    assert (item.outcome, item.complete) == ("empty", False)
    assert item.reason == "VMRay had not finished collecting threat indicators; some may be missing"
