"""The JSON result and the tables of entities, each with its report, within the size limit of the platform.

Entities are added one by one, and their cost is summed for each of ``TRUNCATION_LEVELS``. At the end the first level
that fits is applied to all of them, so the omitted parts depend on the total only. Every entity and every verdict is
kept. Until then the entities are in a spool, which uses the disk if it grows: so thousands of them need little memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_models import IOC_TYPES, Json
from ...core.results.vmray_escape import script_json
from ...core.results.vmray_report import SampleReport
from ...core.results.vmray_result import Result, Table
from ...core.results.vmray_result_budget import ENTRY_OVERHEAD, first_that_fits, nested_length, table_cost
from ...core.results.vmray_sample_fields import essential_fields, public_sample
from ...core.results.vmray_spool import Spool, SpoolError
from ...core.results.vmray_tables import extra_tables, sample_table


@dataclass(frozen=True, slots=True)
class TruncationLevel:
    """How much is omitted; each level includes the levels before it.

    Attributes:
        omitted: What is omitted, in words that complete "omitted: …".
        max_iocs: IOCs kept per entity and type; lowest-ranked ones go first.
        max_indicators: Threat indicators kept per entity.
    """

    omitted: str
    extra_tables: bool = False
    max_iocs: int | None = None
    max_indicators: int | None = None
    table: bool = True
    whole_sample: bool = True


_NO_TABLES: Final = "the tables of IOCs and threat indicators"
_FEWER_IOCS: Final = f"{_NO_TABLES}, all but the {{}} worst IOCs per type"
_NO_IOCS: Final = f"{_NO_TABLES}, all IOCs"
TRUNCATION_LEVELS: Final = (
    TruncationLevel("nothing", extra_tables=True),
    TruncationLevel(_NO_TABLES),
    *(TruncationLevel(_FEWER_IOCS.format(kept), max_iocs=kept) for kept in (3000, 1000, 300, 100, 30, 10, 5, 3, 2, 1)),
    TruncationLevel(_NO_IOCS, max_iocs=0),
    TruncationLevel(f"{_NO_IOCS}, all but the 3 strongest threat indicators", max_iocs=0, max_indicators=3),
    TruncationLevel(f"{_NO_IOCS} and threat indicators", max_iocs=0, max_indicators=0),
    TruncationLevel("all tables, IOCs and threat indicators", max_iocs=0, max_indicators=0, table=False),
    TruncationLevel(
        "all tables, IOCs, threat indicators and most fields of the samples",
        max_iocs=0,
        max_indicators=0,
        table=False,
        whole_sample=False,
    ),
)


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """The part of the result for one entity.

    Attributes:
        identifier: The entity's identifier.
        sample: The members of the sample object, as JSON text without braces.
        iocs: JSON texts by type, worst first; empty types are left out.
        indicators: JSON texts, strongest first.
        table: The lines of the entity's table.
        extra_tables: The lines of the other tables by title.
    """

    identifier: str
    sample: str
    iocs: dict[str, list[str]]
    indicators: list[str]
    table: list[str]
    extra_tables: dict[str, list[str]]

    @classmethod
    def of(cls, identifier: str, report: SampleReport) -> EntityRecord:
        """Return the record of a report."""
        return cls(
            identifier=identifier,
            sample=_members(public_sample(report.sample.raw)),
            iocs={name: [script_json(ioc) for ioc in found] for name, found in report.iocs.items() if found},
            indicators=[script_json(each) for each in report.indicators],
            table=sample_table(report),
            extra_tables=extra_tables(identifier, report),
        )

    def reduced(self, level: TruncationLevel) -> EntityRecord:
        """Return the record without the parts that this level omits."""
        return EntityRecord(
            identifier=self.identifier,
            sample=self.sample if level.whole_sample else _essential_members(self.sample),
            iocs={name: found[: level.max_iocs] for name, found in self.iocs.items()},
            indicators=self.indicators[: level.max_indicators],
            table=self.table if level.table else [],
            extra_tables=self.extra_tables if level.extra_tables else {},
        )

    def json_text(self) -> str:
        """Return ``{"Entity": …, "EntityResult": {…}}``."""
        iocs = ",".join(f'"{name}":[{",".join(self.iocs.get(name, ()))}]' for name in IOC_TYPES)
        found = f'"iocs":{{{iocs}}},"threat_indicators":[{",".join(self.indicators)}]'
        members = f"{self.sample},{found}" if self.sample else found
        return f'{{"Entity":{script_json(self.identifier)},"EntityResult":{{{members}}}}}'

    def tables(self) -> Iterator[Table]:
        """Yield the tables; the title of the entity's own table is exactly its identifier."""
        if self.table:
            yield Table(self.identifier, self.table)
        yield from map(Table._make, self.extra_tables.items())

    def costs(self) -> list[int]:
        """Return, for each level, how many characters the record adds to the text that the platform measures."""
        skeleton = EntityRecord(self.identifier, "", {}, [], [], {})
        fixed = nested_length(skeleton.json_text()) + 2
        sample, essential = nested_length(self.sample) + 1, nested_length(_essential_members(self.sample)) + 1
        iocs = [[nested_length(ioc) + 1 for ioc in found] for found in self.iocs.values()]
        indicators = [nested_length(each) + 1 for each in self.indicators]
        own = table_cost(self.identifier, self.table)
        extra = sum(table_cost(*each) for each in self.extra_tables.items())
        return [
            fixed
            + (sample if level.whole_sample else essential)
            + sum(sum(found[: level.max_iocs]) for found in iocs)
            + sum(indicators[: level.max_indicators])
            + (own if level.table else 0)
            + (extra if level.extra_tables else 0)
            for level in TRUNCATION_LEVELS
        ]


class EntityResults:
    """The records of all entities, within the size limit of the platform."""

    def __init__(self, limit: float) -> None:
        """Start without entities; ``lost`` names those that could not be read from the spool again, with the reason.

        Args:
            limit: The platform's limit in bytes.
        """
        self._limit = limit
        self._costs = [ENTRY_OVERHEAD] * len(TRUNCATION_LEVELS)
        self._spool = Spool()
        self.lost: dict[str, str] = {}

    def add(self, record: EntityRecord) -> None:
        """Add one entity."""
        self._costs = [sum(pair) for pair in zip(self._costs, record.costs(), strict=True)]
        kept = [record.identifier, record.sample, record.iocs, record.indicators, record.table, record.extra_tables]
        self._spool.put(record.identifier, kept)

    @property
    def level(self) -> TruncationLevel:
        """The first level that fits; the last level if none fits."""
        return first_that_fits(self._limit, zip(TRUNCATION_LEVELS, self._costs, strict=True))

    def records(self, order: Sequence[str]) -> Iterator[EntityRecord]:
        """Yield the records that were added, reduced to the level that fits, in the given order of identifiers."""
        level = self.level
        for identifier in order:
            try:
                stored = self._spool.get(identifier)
            except SpoolError as error:
                self.lost[identifier] = str(error)
                continue
            if stored is not None:
                yield EntityRecord(*stored).reduced(level)

    def result(self, order: Sequence[str]) -> Result:
        """Return all entities that were added, in the given order, in the form that the platform expects."""
        texts: list[str] = []
        tables: list[Table] = []
        for record in self.records(order):
            texts.append(record.json_text())
            tables += record.tables()
        return Result(
            f"[{','.join(texts)}]", tables, left_out="" if self.level is TRUNCATION_LEVELS[0] else self.level.omitted
        )


def _essential_members(members: str) -> str:
    return _members(essential_fields(json.loads(f"{{{members}}}")))


def _members(value: Json) -> str:
    """Return an object as JSON text without its braces."""
    return script_json(value)[1:-1]
