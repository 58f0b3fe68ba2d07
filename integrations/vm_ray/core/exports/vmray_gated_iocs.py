"""The IOCs of several samples after the quality gate: when they were seen, and when they expire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_models import text_of
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_time import parsed_time
from ...core.exports.vmray_ioc_gate import days_until_expiry
from ...core.exports.vmray_ioc_hosts import host_of_url
from ...core.results.vmray_ioc_items import IocItem
from ...core.results.vmray_ioc_rows import IocRow
from ...core.results.vmray_item_result import Item


class DatedIoc(NamedTuple):
    """An IOC that passed the gate.

    Attributes:
        row: The IOC.
        seen: When VMRay analyzed a sample with this IOC last, in UTC without a time zone; None if it is not known.
        expires: When the IOC should no longer be used, as a proposal; None if it is not known.
    """

    row: IocRow
    seen: datetime | None
    expires: datetime | None

    @property
    def expires_text(self) -> str | None:
        """The end of its use as VMRay writes times; None if it is not known."""
        return self.expires.isoformat(timespec="seconds") if self.expires else None

    def in_json(self, *, whole: bool) -> dict[str, Any]:
        """Return the row of the JSON result; without VMRay's object if ``whole`` is False."""
        return {**self.row.in_json(whole=whole), "expires": self.expires_text}


def with_time(client: Client, number: int, item: Item) -> Item:
    """Return the item of a sample with the time of its newest analysis, which is optional.

    Without this time, the IOCs count from the day on which VMRay got the sample.
    """
    if not isinstance(item, IocItem):
        return item
    analyses = read_optional("the time of the last analysis", lambda: client.list_analyses_of_sample(number))
    if isinstance(analyses, Missing):
        return replace(item.with_notes(analyses.note), complete=False)
    return replace(item, seen=max((each.created for each in analyses), default=""))


def own_hosts(items: Iterable[Item]) -> frozenset[str]:
    """Return the hosts of the samples that are URLs."""
    urls = (text_of(item.sample.raw, "sample_url") for item in _read(items) if item.sample)
    return frozenset(host for url in urls if url and (host := host_of_url(url)))


def judged(items: Sequence[Item], kept: Iterable[IocRow]) -> list[Item]:
    """Return the items; one without an IOC that is kept is empty, with the reason."""
    numbers = {number for row in kept for number in row.sample_ids}
    return [_judged(item, numbers) if isinstance(item, IocItem) else item for item in items]


def dated(kept: Iterable[IocRow], items: Sequence[Item]) -> list[DatedIoc]:
    """Return the IOCs with their times; an IOC of a child sample was seen when its parent was analyzed."""
    seen: dict[int, datetime] = {}
    for item in _read(items):
        moment = parsed_time(item.seen) or parsed_time(item.sample.created if item.sample else "")
        if moment:
            seen.update({number: max(moment, seen.get(number, moment)) for number in item.found})
    return [_dated(row, max((seen[each] for each in row.sample_ids if each in seen), default=None)) for row in kept]


def _read(items: Iterable[Item]) -> Iterator[IocItem]:
    return (item for item in items if isinstance(item, IocItem))


def _judged(item: IocItem, numbers: set[int]) -> IocItem:
    found = sum(len(iocs) for lists in item.found.values() for iocs in lists.values())
    if not found or not numbers.isdisjoint(item.found):
        return item
    why = "its only IOC was dropped" if found == 1 else f"all {found} IOCs were dropped"
    return replace(item.with_notes(f"{why}; the reasons are in dropped"), outcome="empty")


def _dated(row: IocRow, seen: datetime | None) -> DatedIoc:
    return DatedIoc(row, seen, _expiry(seen, days_until_expiry(row.name.kind)) if seen else None)


def _expiry(seen: datetime, days: int) -> datetime | None:
    try:
        return seen + timedelta(days=days)
    except OverflowError:  # a server can send any year
        return None
