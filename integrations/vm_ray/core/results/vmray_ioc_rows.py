"""The IOCs of several samples as rows: filtered, the same IOC of several samples once, the worst verdict first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ...core.api.vmray_models import Json, objects, text_of, texts
from ...core.api.vmray_verdicts import Verdict, verdict_of
from ...core.results.vmray_escape import csv_cell, defang
from ...core.results.vmray_iocs import ioc_names, title_of
from ...core.results.vmray_result import Table
from ...core.results.vmray_tables import ioc_details

# VMRay's lists in the order of the result: the word for one of its IOCs, and the list of its plain values.
LISTS: Final = {
    "domains": ("domain", "domains"),
    "ips": ("ip", "ips"),
    "urls": ("url", "urls"),
    "files": ("file", "file_sha256"),
    "filenames": ("filename", "file_names"),
    "mutexes": ("mutex", "mutexes"),
    "registry": ("registry", "registry"),
    "processes": ("process", "processes"),
    "email_addresses": ("email_address", "email_addresses"),
    "emails": ("email", "emails"),
}
# From the best to the worst: the first of these that VMRay has is the value of a file.
_HASHES: Final = {"sha256": "sha256_hash", "sha1": "sha1_hash", "md5": "md5_hash"}
_MORE_HASHES: Final = {"imphash": "imp_hash", "ssdeep": "ssdeep_hash"}
# For the reading of all IOCs: more than any server has.
NO_LIMIT: Final = 2**31
_PLACES: Final = {name: place for place, name in enumerate(LISTS)}


class IocFilter(NamedTuple):
    """Which IOCs to keep.

    Attributes:
        types: VMRay's names of lists.
        verdicts: Verdicts to keep; ``NONE`` stands for null and ``not_available``.
        artifacts: Whether to keep artifacts that are no IOCs.
        limit: The maximum number per type over all samples.
    """

    types: tuple[str, ...]
    verdicts: frozenset[Verdict]
    artifacts: bool
    limit: int

    def chosen(self, content: object) -> dict[str, list[Json]]:
        """Return the IOCs of one response that pass the filter, by list; an unknown verdict passes."""
        lists: Any = content if isinstance(content, dict) else {}
        return {name: [ioc for ioc in objects(lists.get(name)) if self._keeps(ioc)] for name in self.types}

    def _keeps(self, ioc: Json) -> bool:
        verdict = verdict_of(ioc)
        return (verdict in self.verdicts or not verdict.is_recognized) and (
            self.artifacts or ioc.get("ioc") is not False
        )


class IocName(NamedTuple):
    """What makes an IOC the same in several samples.

    Attributes:
        kind: The name of VMRay's list.
        value: The plain value; empty if VMRay returned none.
        context: What else must be equal: two e-mails of one sender are two IOCs.
    """

    kind: str
    value: str
    context: str = ""


@dataclass(slots=True)
class IocRow:
    """One IOC of several samples, with VMRay's object of the sample in which its verdict is the worst."""

    name: IocName
    verdict: Verdict
    raw: Json
    hashes: dict[str, str | None]
    is_ioc: bool = False
    sample_ids: dict[int, None] = field(default_factory=dict)
    analysis_ids: dict[int, None] = field(default_factory=dict)
    threat_names: dict[str, None] = field(default_factory=dict)
    classifications: dict[str, None] = field(default_factory=dict)

    def add(self, ioc: Json, sample_id: int) -> None:
        """Add the IOC of one sample."""
        verdict = verdict_of(ioc)
        if verdict.rank < self.verdict.rank:
            self.verdict, self.raw = verdict, ioc
        self.is_ioc = self.is_ioc or ioc.get("ioc") is not False
        self.sample_ids[sample_id] = None
        self.analysis_ids.update(dict.fromkeys(_ids(ioc.get("analysis_ids"))))
        self.threat_names.update(dict.fromkeys(texts(ioc.get("threat_names"))))
        self.classifications.update(dict.fromkeys(texts(ioc.get("classifications"))))

    @property
    def content_hashes(self) -> list[str]:
        """The hashes of the content, in lower case, the best first."""
        return [found.lower() for name in _HASHES if (found := self.hashes.get(name))]

    def in_json(self, *, whole: bool) -> dict[str, Any]:
        """Return the row of the JSON result; without VMRay's object if ``whole`` is False."""
        return {
            "type": LISTS[self.name.kind][0],
            "value": self.name.value,
            "verdict": self.verdict.in_json,
            "is_ioc": self.is_ioc,
            "threat_names": list(self.threat_names),
            "classifications": list(self.classifications),
            "hashes": self.hashes,
            "sample_ids": list(self.sample_ids),
            "analysis_ids": list(self.analysis_ids),
            "raw": self.raw if whole else {},
        }


class IocRows(NamedTuple):
    """The rows of a result, the most important first.

    Attributes:
        rows: At most ``limit`` of each type.
        matched: The number of all rows that passed the filter.
    """

    rows: list[IocRow]
    matched: int

    def members(self, count: int, whole: bool) -> dict[str, Any]:  # noqa: FBT001 - see ``Collected.members``
        """Return the members of the JSON result with so many rows."""
        kept = self.rows[:count]
        return {
            "values": plain_values(kept),
            "items": [row.in_json(whole=whole) for row in kept],
            "counts": {"matched": self.matched, "returned": len(kept)},
        }


def merged(found: Iterable[tuple[int, Mapping[str, Sequence[Json]]]], limit: int) -> IocRows:
    """Return the rows for the lists of several samples: the same IOC once, the worst verdict first."""
    rows: dict[IocName, IocRow] = {}
    for sample_id, lists in found:
        for kind, iocs in lists.items():
            for ioc in iocs:
                for name, hashes in names_of(kind, ioc):
                    rows.setdefault(name, IocRow(name, verdict_of(ioc), ioc, hashes)).add(ioc, sample_id)
    ranked = sorted(rows.values(), key=lambda row: (row.verdict.rank, _PLACES[row.name.kind], -len(row.sample_ids)))
    kept: list[IocRow] = []
    numbers = dict.fromkeys(LISTS, 0)
    for row in ranked:
        numbers[row.name.kind] += 1
        kept += [row] if numbers[row.name.kind] <= limit else []
    return IocRows(kept, len(ranked))


def names_of(kind: str, ioc: Json) -> list[tuple[IocName, dict[str, str | None]]]:
    """Return the names of an IOC with its hashes: a file has one for each of its contents, anything else has one.

    A process is its command line: IOCs of one program with different arguments stay apart.
    """
    hashes = [_hashes(each) for each in objects(ioc.get("hashes"))]
    if kind == "files" and (known := [each for each in hashes if _best(each)]):
        return [(IocName(kind, _best(each)), each) for each in known]
    first = hashes[0] if hashes else {}
    if kind == "emails":
        value = next(iter(ioc_names(kind, ioc)), "") or text_of(ioc, "subject") or _best(first)
        return [(IocName(kind, value, text_of(ioc, "subject")), first)]
    cmd_line = text_of(ioc, "cmd_line") if kind == "processes" else ""
    return [(IocName(kind, cmd_line or next(iter(ioc_names(kind, ioc)), "")), first)]


def plain_values(rows: Iterable[IocRow]) -> dict[str, list[str]]:
    """Return the values of the rows, each once, by list: all lists, also the empty ones."""
    values: dict[str, dict[str, None]] = {name: {} for _, name in LISTS.values()}
    for row in rows:
        is_hash = row.name.kind != "files" or _best(row.hashes)  # a file without a hash has only a name
        if row.name.value and is_hash:
            values[LISTS[row.name.kind][1]][row.name.value] = None
    return {name: list(each) for name, each in values.items()}


def ioc_tables(rows: Iterable[IocRow]) -> list[Table]:
    """Return a table for each type that has rows; every value is defanged."""
    lines: dict[str, list[str]] = {name: ["IOC,Verdict,Details,Samples"] for name in LISTS}
    for row in rows:
        lines[row.name.kind].append(_line(row))
    return [Table(f"VMRay IOCs - {title_of(name)}", each) for name, each in lines.items() if len(each) > 1]


def _line(row: IocRow) -> str:
    kind = row.name.kind
    names = "; ".join(texts(row.raw.get("process_names")))
    about = defang(names) if kind == "processes" else ioc_details(kind, row.raw)
    cells = (defang(row.name.value), defang(row.verdict.word), about, "; ".join(map(str, row.sample_ids)))
    return ",".join(csv_cell(cell) for cell in cells)


def _ids(value: object) -> list[int]:
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []


def _hashes(raw: Json) -> dict[str, str | None]:
    return {name: text_of(raw, source) or None for name, source in {**_HASHES, **_MORE_HASHES}.items()}


def _best(hashes: Mapping[str, str | None]) -> str:
    return next((found for name in _HASHES if (found := hashes.get(name))), "")
