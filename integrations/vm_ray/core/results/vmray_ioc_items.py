"""The IOCs of each sample, and of its child samples, as items of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from ...core.api.vmray_client import Client
from ...core.api.vmray_models import Aggregate, Json, Sample
from ...core.api.vmray_optional import Missing, read_optional
from ...core.results.vmray_ioc_rows import IocFilter, IocRows, ioc_tables, merged
from ...core.results.vmray_item_result import Collected, Item
from ...core.results.vmray_result import Table
from ...core.results.vmray_unknown_values import ioc_notes

STILL_COLLECTING: Final = "VMRay had not finished collecting IOCs; some may be missing"
SUBJECTS: Final = "samples"
# IOCs by the id of their sample, then by VMRay's list.
Found: TypeAlias = Mapping[int, Mapping[str, Sequence[Json]]]


@dataclass(frozen=True, slots=True)
class IocItem(Item):
    """One sample with its IOCs.

    Attributes:
        sample: The sample; None if only its IOCs could be read.
        seen: When VMRay analyzed the sample last, as VMRay writes it; empty if that was not read.
        found: The IOCs of the sample and of its child samples.
        wanted: The filter that they passed.
    """

    sample: Sample | None = None
    seen: str = ""
    found: Found = field(default_factory=dict)
    wanted: IocFilter | None = None


def ioc_item(client: Client, name: str, facts: Mapping[str, Any], number: int, wanted: IocFilter) -> IocItem:
    """Read the IOCs of one sample, then its verdict, which is optional and must not take the time for the IOCs."""
    iocs = read_iocs(client, number, wanted)
    sample = read_optional("the verdict", lambda: client.get_sample(number))
    lost = isinstance(sample, Missing)
    notes = [sample.note] if isinstance(sample, Missing) else [sample.verdict.note]
    item = IocItem(
        name,
        "empty",
        {**facts, "verdict": None if isinstance(sample, Missing) else sample.verdict.in_json},
        reason="; ".join(note for note in notes if note),
        complete=not lost,
        sample=None if isinstance(sample, Missing) else sample,
        wanted=wanted,
    )
    return with_iocs(item, number, iocs, wanted)


def collected_iocs(items: Sequence[Item]) -> Collected:
    """Return the rows of the IOCs of all items."""
    rows = ioc_rows(items)
    return Collected("IOCs", len(rows.rows), rows.members, SUBJECTS)


def tables_of(items: Sequence[Item]) -> list[Table]:
    """Return the tables of the IOCs of all items."""
    return ioc_tables(ioc_rows(items).rows)


def ioc_rows(items: Sequence[Item]) -> IocRows:
    """Return the merged rows of all items; a child sample of several items counts once."""
    found: dict[int, Mapping[str, Sequence[Json]]] = {}
    limit = 0
    for item in items:
        if isinstance(item, IocItem) and item.wanted:
            found.update(item.found)
            limit = item.wanted.limit
    return merged(found.items(), limit)


def read_iocs(client: Client, number: int, wanted: IocFilter) -> Aggregate:
    """Read the IOCs of one sample, with its artifacts if they are wanted."""
    return client.get_artifacts(number) if wanted.artifacts else client.get_iocs(number)


def with_iocs(item: IocItem, number: int, iocs: Aggregate, wanted: IocFilter) -> IocItem:
    """Return the item with the IOCs of one sample."""
    chosen = wanted.chosen(iocs.content)
    lists = iocs.content if isinstance(iocs.content, dict) else {}
    of_child = "" if number == item.facts["sample_id"] else f"child sample {number}: "
    notes = [f"{of_child}{note}" for note in ioc_notes(lists, chosen)]
    notes += [] if iocs.finished else [f"{of_child}{STILL_COLLECTING}"]
    return replace(
        item.with_notes(*notes),
        outcome="done" if any(chosen.values()) else item.outcome,
        complete=item.complete and iocs.finished,
        found={**item.found, number: chosen},
    )
