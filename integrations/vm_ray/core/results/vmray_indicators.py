"""Threat indicators as an action returns them: filtered, sorted, counted by category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ...core.api.vmray_models import Aggregate, Json, objects, text_of, texts
from ...core.results.vmray_escape import csv_cell, unclickable
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_result import Table
from ...core.results.vmray_unknown_values import indicator_notes, reaches, score_cell, score_of

TABLE_TITLE: Final = "VMRay threat indicators"
STILL_COLLECTING: Final = "VMRay had not finished collecting threat indicators; some may be missing"
HEADER: Final = "Sample,Score,Category,Operation,Classifications"


class IndicatorFilter(NamedTuple):
    """Which threat indicators to keep.

    Attributes:
        min_score: The lowest score, 0 to 5.
        mitigating: Whether mitigating indicators, with a score below 0, are returned as well.
        categories: Names of categories in any case; empty for all.
        limit: The maximum number per item.
    """

    min_score: int
    mitigating: bool
    categories: tuple[str, ...]
    limit: int


def indicator_item(name: str, facts: Mapping[str, Any], found: Aggregate, wanted: IndicatorFilter) -> Item:
    """Return the item of one subject: its indicators, the strongest first, then the mitigating ones."""
    categories = {each.lower() for each in wanted.categories}
    ranked = sorted(objects(found.content), key=lambda each: -score_of(each))
    matching = [each for each in ranked if not categories or text_of(each, "category").lower() in categories]
    reaching = [each for each in matching if reaches(each, wanted.min_score)]
    strong = reaching[: wanted.limit]
    mitigating = [each for each in matching if score_of(each) < 0][: wanted.limit] if wanted.mitigating else []
    members = {
        **facts,
        "highest_score": max((score_of(each) for each in strong), default=None),
        "threat_indicators": strong,
        "mitigating_indicators": mitigating,
        "by_category": _by_category(reaching),
    }
    return Item(
        name,
        "done" if strong or mitigating else "empty",
        members,
        objects=("threat_indicators", "mitigating_indicators"),
        reason="; ".join([*indicator_notes(found.content), *([] if found.finished else [STILL_COLLECTING])]),
        complete=found.finished,
    )


def indicator_table(items: Sequence[Item]) -> list[Table]:
    """Return one table with the indicators of all items, the strongest first; no table if there is no indicator."""
    rows = [(item.name, each) for item in items for member in item.objects for each in objects(item.facts.get(member))]
    rows.sort(key=lambda row: -score_of(row[1]))
    return [Table(TABLE_TITLE, [HEADER, *(_line(name, each) for name, each in rows)])] if rows else []


def _by_category(indicators: Sequence[Json]) -> list[dict[str, Any]]:
    scores: dict[str, list[int]] = {}
    for each in indicators:
        scores.setdefault(text_of(each, "category"), []).append(score_of(each))
    return [{"category": name, "count": len(found), "highest_score": max(found)} for name, found in scores.items()]


def _line(name: str, indicator: Json) -> str:
    classifications = "; ".join(texts(indicator.get("classifications")))
    words = (text_of(indicator, "category"), text_of(indicator, "operation"), classifications)
    return ",".join(csv_cell(cell) for cell in (name, score_cell(indicator), *map(unclickable, words)))
