"""The row of one complete report in the JSON result, with its tables and its link, as texts that can be reduced.

The row is kept as texts, because a result can have thousands of rows: VMRay's objects would need several times as much
memory. Each part is written once, and a smaller form of the row leaves parts out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from ...core.api.vmray_models import Aggregate
from ...core.results.vmray_escape import csv_cell, script_json, unclickable
from ...core.results.vmray_full_report import FullReport
from ...core.results.vmray_result import Table
from ...core.results.vmray_result_budget import named_cost, nested_length, table_cost
from ...core.results.vmray_sample_fields import essential_fields, public_sample, web_link
from ...core.results.vmray_tables import extra_tables, sample_table
from ...core.results.vmray_techniques import TechniqueFilter, technique_item, technique_table
from ...core.results.vmray_unknown_values import ALL_TYPES

# The lists of a row besides the IOCs, in the order of the row; the items of each are ranked, the best first.
NAMES: Final = ("threat_names", "classifications")
FINDINGS: Final = ("threat_indicators", "mitigating_indicators", "mitre_attack_techniques")
CHILDREN: Final = "children"
NO_WHY: Final[Mapping[str, Any]] = {
    "why": [],
    "why_text": "",
    "worst_child": None,
    "speaks_against": [],
    "missing": [],
}
_EVERY_TECHNIQUE: Final = TechniqueFilter((), 0)


class Level(NamedTuple):
    """How much of each row is omitted; each level includes the levels before it.

    Attributes:
        omitted: What is omitted, in words that complete "omitted: …".
        tables: Whether tables and links are kept.
        max_iocs: IOCs kept per sample and type; lowest-ranked ones are omitted first.
        max_others: Items kept of each other list.
        whole_sample: Whether all fields of the sample are kept.
        why: Whether the explanation of the verdict is kept.
    """

    omitted: str
    tables: bool = False
    max_iocs: int | None = None
    max_others: int | None = None
    whole_sample: bool = True
    why: bool = True


_NO_TABLES: Final = "the tables and links"
_NO_IOCS: Final = f"{_NO_TABLES}, all IOCs"
_NO_LISTS: Final = f"{_NO_TABLES}, all lists of the samples"
LEVELS: Final = (
    Level("", tables=True),
    Level(_NO_TABLES),
    *(
        Level(f"{_NO_TABLES}, all but the {kept} worst IOCs per type", max_iocs=kept)
        for kept in (3000, 1000, 300, 100, 30, 10, 5, 3, 2, 1)
    ),
    Level(_NO_IOCS, max_iocs=0),
    Level(f"{_NO_IOCS}, all but the first 100 items of the other lists", max_iocs=0, max_others=100),
    Level(f"{_NO_IOCS}, all but the first 3 items of the other lists", max_iocs=0, max_others=3),
    Level(_NO_LISTS, max_iocs=0, max_others=0),
    Level(f"{_NO_LISTS} and most of their fields", max_iocs=0, max_others=0, whole_sample=False),
    Level(
        f"{_NO_LISTS}, most of their fields and why they have their verdicts",
        max_iocs=0,
        max_others=0,
        whole_sample=False,
        why=False,
    ),
)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """The part of the result for one sample. All texts but those of the tables are JSON.

    Attributes:
        head: The first members of the row, without braces.
        sample: The members of the sample object, without braces.
        iocs: By type, worst first; empty types are left out.
        lists: The other lists by their names.
        why: The members that say why the sample has its verdict, without braces.
        tail: The last members of the row.
        title: The title of the sample's table, of which the titles of the other tables are made.
        tables: The lines of the tables by title.
        link: The address of the report in VMRay; empty if there is none.
    """

    head: str
    sample: str
    iocs: dict[str, list[str]]
    lists: dict[str, list[str]]
    why: str
    tail: str
    title: str
    tables: dict[str, list[str]]
    link: str

    @classmethod
    def of(cls, facts: Mapping[str, Any], title: str, report: FullReport, notes: Sequence[str]) -> ReportRow:
        """Return the row of a report.

        Args:
            facts: The first members of the row.
            title: The title of the sample's table.
            report: The report.
            notes: What the analyst should know about the report.
        """
        raw, why = report.sample.raw, report.why
        told = {
            "why": why.strongest,
            "why_text": why.text,
            "worst_child": why.worst_child,
            "speaks_against": why.speaks_against,
            "missing": why.missing,
        }
        link = web_link(raw)
        tail = {
            "children_truncated": report.truncated,
            "notes": list(notes),
            "web_link": link,
            "reason": "; ".join(notes) or None,
        }
        return cls(
            head=_members(facts),
            sample=_members(public_sample(raw)),
            iocs={name: [script_json(ioc) for ioc in found] for name, found in report.base.iocs.items() if found},
            lists={name: [script_json(each) for each in found] for name, found in _lists(report).items()},
            why=_members(told),
            tail=_members(tail),
            title=title,
            tables={
                title: sample_table(report.base),
                **extra_tables(title, report.base),
                **_more_tables(title, report),
            },
            link=link or "",
        )

    def reduced(self, level: Level) -> ReportRow:
        """Return the row without the parts that this level omits."""
        return replace(
            self,
            sample=self.sample if level.whole_sample else _essential(self.sample),
            iocs={name: found[: level.max_iocs] for name, found in self.iocs.items()},
            lists={name: found[: level.max_others] for name, found in self.lists.items()},
            why=self.why if level.why else _members(NO_WHY),
            tables=self.tables if level.tables else {},
            link=self.link if level.tables else "",
        )

    def json_text(self) -> str:
        """Return the row as JSON."""
        iocs = ",".join(f'"{name}":[{",".join(self.iocs.get(name, ()))}]' for name in ALL_TYPES)
        members = [
            self.head,
            f'"sample":{{{self.sample}}}',
            *map(self._list_text, NAMES),
            f'"iocs":{{{iocs}}}',
            *map(self._list_text, FINDINGS),
            self.why,
            self._list_text(CHILDREN),
            self.tail,
        ]
        return f"{{{','.join(members)}}}"

    def all_tables(self) -> Iterator[Table]:
        """Yield the tables."""
        yield from map(Table._make, self.tables.items())

    def costs(self) -> list[int]:
        """Return, for each level, how many characters the row adds to the text that the platform measures."""
        empty = replace(self, sample="", iocs={}, lists={}, why="", tables={}, link="")
        fixed = nested_length(empty.json_text()) + 2
        sample, essential = nested_length(self.sample), nested_length(_essential(self.sample))
        iocs = [[nested_length(each) + 1 for each in found] for found in self.iocs.values()]
        others = [[nested_length(each) + 1 for each in found] for found in self.lists.values()]
        why, no_why = nested_length(self.why), nested_length(_members(NO_WHY))
        tables = sum(table_cost(*each) for each in self.tables.items()) + named_cost(self.title, self.link, 0)
        return [
            fixed
            + (sample if level.whole_sample else essential)
            + sum(sum(found[: level.max_iocs]) for found in iocs)
            + sum(sum(found[: level.max_others]) for found in others)
            + (why if level.why else no_why)
            + (tables if level.tables else 0)
            for level in LEVELS
        ]

    def _list_text(self, name: str) -> str:
        return f'"{name}":[{",".join(self.lists.get(name, ()))}]'


def _lists(report: FullReport) -> dict[str, Sequence[Any]]:
    return {
        "threat_names": report.names,
        "classifications": report.classifications,
        "threat_indicators": report.base.indicators,
        "mitigating_indicators": report.mitigating,
        "mitre_attack_techniques": report.techniques,
        CHILDREN: [each.in_json for each in report.children],
    }


def _more_tables(title: str, report: FullReport) -> dict[str, list[str]]:
    """Return the tables of techniques and of child samples, by title; empty tables are left out."""
    item = technique_item("", {}, Aggregate(finished=True, content=report.techniques), _EVERY_TECHNIQUE)
    tables = {f"{title} - MITRE Techniques": list(table.lines) for table in technique_table([item])}
    if report.children:
        rows = [(each.relation, each.sample_id, each.verdict.word) for each in report.children]
        lines = [",".join(csv_cell(unclickable(str(cell))) for cell in row) for row in rows]
        tables[f"{title} - Children"] = ["Relation,Sample ID,Verdict", *lines]
    return tables


def _essential(members: str) -> str:
    return _members(essential_fields(json.loads(f"{{{members}}}")))


def _members(value: Mapping[str, Any]) -> str:
    """Return an object as JSON text without its braces."""
    return script_json(value)[1:-1]
