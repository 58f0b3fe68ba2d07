"""The IOCs of the child samples of items: of the samples that VMRay found inside others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_models import Aggregate, Sample
from ...core.api.vmray_optional import Missing, read_optional
from ...core.results.vmray_child_samples import Families, FamilyLimits, read_families
from ...core.results.vmray_ioc_items import Found, IocItem, read_iocs, with_iocs
from ...core.results.vmray_ioc_rows import IocFilter
from ...core.results.vmray_item_result import Item


def with_children(client: Client, items: Sequence[Item]) -> list[Item]:
    """Return the items with the IOCs of their child samples, each child sample read once.

    Child samples are optional: whatever prevents one from being read is a note.
    """
    roots = {item.sample.sample_id: item for item in items if isinstance(item, IocItem) and item.sample}
    families = read_families(client, [each.sample for each in roots.values() if each.sample], FamilyLimits())
    wanted = next((each.wanted for each in roots.values() if each.wanted), None)
    found: dict[int, Aggregate | Missing] = {}
    if wanted:
        numbers = dict.fromkeys(each for root in roots for each in families.sample_ids(root) if each not in roots)
        for number, iocs in map_concurrently(lambda each: _read_child(client, each, wanted), numbers):
            found[number] = iocs if isinstance(iocs, Aggregate | Missing) else Missing(f"sample {number}", iocs)
    below = _Below(families, found, {number: each.found for number, each in roots.items()})
    return [below.added_to(item, item.sample) if isinstance(item, IocItem) and item.sample else item for item in items]


def _read_child(client: Client, number: int, wanted: IocFilter) -> Aggregate | Missing:
    return read_optional(f"the IOCs of child sample {number}", lambda: read_iocs(client, number, wanted))


class _Below(NamedTuple):
    """What was read below the samples of all items.

    Attributes:
        families: The child samples.
        found: Their IOCs, or why these could not be read.
        of_roots: The IOCs of the samples of the items: one of them can be a child sample of another one.
    """

    families: Families
    found: Mapping[int, Aggregate | Missing]
    of_roots: Mapping[int, Found]

    def added_to(self, item: IocItem, root: Sample) -> IocItem:
        """Return an item with the IOCs of its child samples, and notes about those that were not read."""
        children = self.families.sample_ids(root.sample_id)[1:]
        item = replace(item, facts={**item.facts, "child_sample_ids": children})
        lost = _not_read(root.sample_id, self.families)
        for number in children:
            iocs = self.found.get(number)
            if isinstance(iocs, Missing):
                lost.append(iocs.note)
            elif iocs is not None and item.wanted:
                item = with_iocs(item, number, iocs, item.wanted)
            else:
                item = replace(item, found={**item.found, **self.of_roots[number]})
        is_done = any(ioc for lists in item.found.values() for ioc in lists.values())
        item = replace(item, outcome="done" if is_done else "empty")
        return replace(item.with_notes(*lost), complete=False) if lost else item


def _not_read(root: int, families: Families) -> list[str]:
    """Return notes about the child samples of a root that were not read."""
    tree = families.tree(root)
    numbers = [place.number for place in tree.places]
    beyond = {"beyond the maximum depth": tree.too_deep, "beyond the maximum number": tree.over_limit}
    return [
        *(families.unread[each] for each in numbers if each in families.unread),
        *(families.truncated[each] for each in numbers if each in families.truncated),
        *(f"child samples {why}, not read: {len(places)}" for why, places in beyond.items() if places),
    ]
