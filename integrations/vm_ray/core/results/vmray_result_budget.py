"""The size gate: the platform throws a whole result away when its JSON text is too long, so it is never too long.

Entities are added one by one, and their size is summed for each of ``TRUNCATION_LEVELS``. In the end the first level
that fits is applied to all of them, so what is omitted depends on the total alone. A verdict and an entity always stay.
Meanwhile the entities wait in a spool that goes to disk when it grows: thousands of them need no memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_models import IOC_TYPES, Json
from ...core.api.vmray_text import one_line
from ...core.results.vmray_escape import script_json
from ...core.results.vmray_render import extra_tables, public_sample, sample_table
from ...core.results.vmray_report import SampleReport
from ...core.results.vmray_spool import Spool

# What the platform allows is a number of mebibytes of JSON text. A part is kept free for what the SDK puts around it.
USABLE_SHARE: Final = 0.97
ENTRY_OVERHEAD: Final = 260
MAX_ESSENTIAL_LENGTH: Final = 300
ESSENTIAL_FIELDS: Final = (
    "sample_id",
    "sample_verdict",
    "sample_severity",
    "sample_type",
    "sample_filename",
    "sample_sha256hash",
    "sample_created",
    "sample_webif_url",
)


@dataclass(frozen=True, slots=True)
class TruncationLevel:
    """One step of leaving out; each includes the steps before it.

    Attributes:
        says: What is left out, in words that complete "omitted: …".
        max_iocs: IOCs kept per entity and type; lowest-ranked ones go first.
        max_indicators: Threat indicators kept per entity.
    """

    says: str
    extra_tables: bool = False
    max_iocs: int | None = None
    max_indicators: int | None = None
    table: bool = True
    whole_sample: bool = True


_TABLES_SAY: Final = "the tables of IOCs and threat indicators"
_IOCS_SAY: Final = f"{_TABLES_SAY}, all but the {{}} worst IOCs per type"
_MOST_SAY: Final = f"{_TABLES_SAY}, all IOCs"
TRUNCATION_LEVELS: Final = (
    TruncationLevel("nothing", extra_tables=True),
    TruncationLevel(_TABLES_SAY),
    *(TruncationLevel(_IOCS_SAY.format(kept), max_iocs=kept) for kept in (3000, 1000, 300, 100, 30, 10, 5, 3, 2, 1)),
    TruncationLevel(_MOST_SAY, max_iocs=0),
    TruncationLevel(f"{_MOST_SAY}, all but the 3 strongest threat indicators", max_iocs=0, max_indicators=3),
    TruncationLevel(f"{_MOST_SAY} and threat indicators", max_iocs=0, max_indicators=0),
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
    """One entity's part of the result.

    Attributes:
        identifier: The entity's identifier.
        sample: The members of the sample object, as JSON text without braces.
        iocs: JSON texts by type, worst first; types without any are left out.
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
        """Write a report down."""
        return cls(
            identifier=identifier,
            sample=_members(public_sample(report.sample.raw)),
            iocs={name: [script_json(ioc) for ioc in found] for name, found in report.iocs.items() if found},
            indicators=[script_json(each) for each in report.indicators],
            table=sample_table(report),
            extra_tables=extra_tables(identifier, report),
        )

    def reduced(self, step: TruncationLevel) -> EntityRecord:
        """Return the record without what this step leaves out."""
        return EntityRecord(
            identifier=self.identifier,
            sample=self.sample if step.whole_sample else _essential_members(self.sample),
            iocs={name: found[: step.max_iocs] for name, found in self.iocs.items()},
            indicators=self.indicators[: step.max_indicators],
            table=self.table if step.table else [],
            extra_tables=self.extra_tables if step.extra_tables else {},
        )

    def json_text(self) -> str:
        """Write ``{"Entity": …, "EntityResult": {…}}``."""
        iocs = ",".join(f'"{name}":[{",".join(self.iocs.get(name, ()))}]' for name in IOC_TYPES)
        found = f'"iocs":{{{iocs}}},"threat_indicators":[{",".join(self.indicators)}]'
        members = f"{self.sample},{found}" if self.sample else found
        return f'{{"Entity":{script_json(self.identifier)},"EntityResult":{{{members}}}}}'

    def tables(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the tables with their titles; the entity's own has exactly its identifier as title."""
        if self.table:
            yield self.identifier, self.table
        yield from self.extra_tables.items()

    def costs(self) -> list[int]:
        """Return, for each step, how many characters the record takes in the text that the platform measures."""
        skeleton = EntityRecord(self.identifier, "", {}, [], [], {})
        fixed = nested_length(skeleton.json_text()) + 2
        sample, essential = nested_length(self.sample) + 1, nested_length(_essential_members(self.sample)) + 1
        iocs = [[nested_length(ioc) + 1 for ioc in found] for found in self.iocs.values()]
        indicators = [nested_length(each) + 1 for each in self.indicators]
        own = _table_cost(self.identifier, self.table)
        extra = sum(_table_cost(*each) for each in self.extra_tables.items())
        return [
            fixed
            + (sample if step.whole_sample else essential)
            + sum(sum(found[: step.max_iocs]) for found in iocs)
            + sum(indicators[: step.max_indicators])
            + (own if step.table else 0)
            + (extra if step.extra_tables else 0)
            for step in TRUNCATION_LEVELS
        ]


class ResultBudget:
    """All entities' records, within what the platform takes."""

    def __init__(self, limit: float) -> None:
        """Start empty.

        Args:
            limit: The platform's limit in bytes.
        """
        self._usable = limit * USABLE_SHARE - ENTRY_OVERHEAD
        self._costs = [0] * len(TRUNCATION_LEVELS)
        self._spool = Spool()

    def add(self, record: EntityRecord) -> None:
        """Take one more entity in."""
        self._costs = [sum(pair) for pair in zip(self._costs, record.costs(), strict=True)]
        kept = [record.identifier, record.sample, record.iocs, record.indicators, record.table, record.extra_tables]
        self._spool.put(record.identifier, kept)

    @property
    def step(self) -> TruncationLevel:
        """The first step that fits; the last one where none does."""
        return next(
            (step for step, cost in zip(TRUNCATION_LEVELS, self._costs, strict=True) if cost <= self._usable),
            TRUNCATION_LEVELS[-1],
        )

    @property
    def left_out(self) -> str:
        """What is left out, in words; empty where nothing is."""
        return "" if self.step is TRUNCATION_LEVELS[0] else self.step.says

    def records(self, order: Sequence[str]) -> Iterator[EntityRecord]:
        """Yield the records that were added, reduced to what fits, in the given order of identifiers."""
        step = self.step
        for identifier in order:
            if (stored := self._spool.get(identifier)) is not None:
                yield EntityRecord(*stored).reduced(step)


def nested_length(text: str) -> int:
    """Return how long an ASCII text becomes as a string inside a JSON text."""
    return len(text) + text.count('"') + text.count("\\")


def _table_cost(title: str, lines: list[str]) -> int:
    if not lines:
        return 0
    return ENTRY_OVERHEAD + 2 * len(json.dumps(title)) + sum(len(json.dumps(line)) + 2 for line in lines)


def _essential_members(members: str) -> str:
    return _members(essential_fields(json.loads(f"{{{members}}}")))


def _members(value: Json) -> str:
    """Write an object without its braces."""
    return script_json(value)[1:-1]


def essential_fields(raw: Json) -> Json:
    """Return the fields of a sample that stay however little room there is."""
    kept = {name: raw[name] for name in ESSENTIAL_FIELDS if name in raw}
    return {
        name: value if isinstance(value, int | float | None) else one_line(str(value), MAX_ESSENTIAL_LENGTH)
        for name, value in kept.items()
    }
