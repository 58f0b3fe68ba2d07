"""The quality gate for IOCs: which of them are worth blocking or searching for, and why the others are not.

The rules are in one table. Each IOC is kept, or dropped with the reason of the first rule that it breaks. Nothing else
removes IOCs, so all IOCs are either kept or dropped.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from ...core.api.vmray_models import texts
from ...core.api.vmray_verdicts import Verdict
from ...core.exports.vmray_ignore_list import IgnoreList
from ...core.exports.vmray_ignored_names import BUILT_IN, SHARED_HOSTERS
from ...core.exports.vmray_ioc_hosts import address_of, host_of, names_above
from ...core.results.vmray_ioc_rows import LISTS, IocRow

# Only the networks of this list, and not all that Python calls private: the documentation ranges are not in it.
_NOT_BLOCKABLE: Final = tuple(
    (ipaddress.ip_network(network), words)
    for words, networks in {
        "private address": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
        "loopback address": ("127.0.0.0/8", "::1/128"),
        "link-local address": ("169.254.0.0/16", "fe80::/10"),
        "address of a carrier's network": ("100.64.0.0/10",),
        "multicast address": ("224.0.0.0/4", "ff00::/8"),
        "unspecified address": ("0.0.0.0/8", "::/128"),
        "broadcast address": ("255.255.255.255/32",),
    }.items()
    for network in networks
)
_INTERNAL: Final = {
    **dict.fromkeys(("local", "lan", "internal", "home", "corp", "localhost", "localdomain"), "an internal network"),
    "arpa": "network infrastructure",
}
_EMPTY_CONTENT: Final = frozenset(
    {
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }
)
# VMRay's category for the sample itself: its path is the one inside the analysis environment.
_SAMPLE_ONLY: Final = ["Sample File"]
_PATHS: Final[Mapping[str, Any]] = {"filename": None, "norm_filename": None, "filenames": []}
# How many days after it was seen an IOC should no longer be blocked or searched for: addresses change hands soon.
_DAYS: Final = {"ips": 14, "urls": 30, "domains": 30, "files": 365}
_OTHER_DAYS: Final = 90


@dataclass(frozen=True)
class GateSettings:
    """What the rules depend on.

    Attributes:
        verdicts: The verdicts to keep.
        ignored: The ignore list of the user.
        own_hosts: The hosts of the samples that are URLs: they are kept even if they look internal.
        quality: Whether the rules about quality apply; the verdicts and the ignore list always do.
    """

    verdicts: frozenset[Verdict]
    ignored: IgnoreList = field(default_factory=IgnoreList)
    own_hosts: frozenset[str] = frozenset()
    quality: bool = True


class DroppedIoc(NamedTuple):
    """An IOC that the gate dropped."""

    row: IocRow
    reason: str

    @property
    def in_json(self) -> dict[str, str]:
        """The row of the JSON result."""
        return {"type": LISTS[self.row.name.kind][0], "value": self.row.name.value, "reason": self.reason}


class GatedIocs(NamedTuple):
    """The IOCs behind the gate.

    Attributes:
        kept: The IOCs to use, the most important first: by verdict, by the number of samples, in VMRay's order.
        dropped: The other IOCs, in the order given.
    """

    kept: list[IocRow]
    dropped: list[DroppedIoc]


def gated(rows: Iterable[IocRow], settings: GateSettings) -> GatedIocs:
    """Return which IOCs are kept, and which are dropped."""
    kept: list[IocRow] = []
    dropped: list[DroppedIoc] = []
    rules = [rule for rule in RULES if settings.quality or rule.always]
    for row in rows:
        host = host_of(row.name.kind, row.name.value)
        reason = next((why for rule in rules if (why := rule.reason(row, host, settings))), "")
        if reason:
            dropped.append(DroppedIoc(row, reason))
        else:
            kept.append(_without_sample_path(row) if settings.quality else row)
    kept.sort(key=lambda row: (row.verdict.rank, -len(row.sample_ids)))
    return GatedIocs(kept, dropped)


def days_until_expiry(kind: str) -> int:
    """Return our proposal for how long an IOC of VMRay's list with this name is of use."""
    return _DAYS.get(kind, _OTHER_DAYS)


def limited(gate: GatedIocs, limit: int) -> GatedIocs:
    """Keep at most so many IOCs of each type, the most important ones, and drop the others."""
    numbers = dict.fromkeys(LISTS, 0)
    kept, dropped = [], list(gate.dropped)
    for row in gate.kept:
        numbers[row.name.kind] += 1
        if numbers[row.name.kind] <= limit:
            kept.append(row)
        else:
            dropped.append(DroppedIoc(row, f"beyond the maximum of {limit} per type"))
    return GatedIocs(kept, dropped)


class Rule(NamedTuple):
    """One rule of the gate.

    Attributes:
        reason: Returns why an IOC is dropped, from its row and its host; empty if it is not.
        always: Whether the rule applies although the quality gate is switched off.
    """

    reason: Callable[[IocRow, str, GateSettings], str]
    always: bool = False


def _without_value(row: IocRow, _host: str, _settings: GateSettings) -> str:
    return "" if row.name.value.strip() else "VMRay returned no value"


def _other_verdict(row: IocRow, _host: str, settings: GateSettings) -> str:
    """Drop IOCs of other verdicts; an unknown verdict must not hide an IOC, as in all other actions."""
    if row.verdict in settings.verdicts or not row.verdict.is_recognized:
        return ""
    return f"its verdict is not in the filter: {row.verdict.in_json or 'none'}"


def _not_blockable(_row: IocRow, host: str, _settings: GateSettings) -> str:
    address = address_of(host)
    return next((words for network, words in _NOT_BLOCKABLE if address is not None and address in network), "")


def _internal_name(row: IocRow, host: str, settings: GateSettings) -> str:
    if row.name.kind not in ("domains", "urls") or not host or host in settings.own_hosts or address_of(host):
        return ""
    above, _, last = host.rpartition(".")
    if not above:
        return "name without a dot"
    return f"name of {_INTERNAL[last]}: .{last}" if last in _INTERNAL else ""


def _ignored_by_user(row: IocRow, host: str, settings: GateSettings) -> str:
    entry = settings.ignored.entry_for(row, host)
    return f"on the ignore list: {entry}" if entry else ""


def _ignored_built_in(row: IocRow, host: str, _settings: GateSettings) -> str:
    if row.name.kind not in ("domains", "ips", "urls"):
        return ""
    why = next((BUILT_IN[name] for name in names_above(host) if name in BUILT_IN), "")
    if row.name.kind == "domains":
        why = why or SHARED_HOSTERS.get(host, "")
    return f"on the built-in ignore list: {why}" if why else ""


def _empty_content(row: IocRow, _host: str, _settings: GateSettings) -> str:
    is_empty = row.name.kind == "files" and not _EMPTY_CONTENT.isdisjoint(row.content_hashes)
    return "hash of empty content" if is_empty else ""


def _path_of_sample(row: IocRow, _host: str, _settings: GateSettings) -> str:
    """Drop what is only the path of the sample in the analysis environment."""
    is_path = row.name.kind == "filenames" or (row.name.kind == "files" and not row.content_hashes)
    return "path of the sample in the analysis environment" if is_path and _is_sample_only(row) else ""


def _is_sample_only(row: IocRow) -> bool:
    return texts(row.raw.get("categories")) == _SAMPLE_ONLY


def _without_sample_path(row: IocRow) -> IocRow:
    """Return a file that is only the sample itself without its path; its hash stays."""
    if row.name.kind != "files" or not _is_sample_only(row):
        return row
    return replace(row, raw={**row.raw, **{name: _PATHS[name] for name in _PATHS if name in row.raw}})


# In this order: the first rule that an IOC breaks gives the reason.
RULES: Final = (
    Rule(_without_value, always=True),
    Rule(_other_verdict, always=True),
    Rule(_not_blockable),
    Rule(_internal_name),
    Rule(_ignored_by_user, always=True),
    Rule(_ignored_built_in),
    Rule(_empty_content),
    Rule(_path_of_sample),
)
