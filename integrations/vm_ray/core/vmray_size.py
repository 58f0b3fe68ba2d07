"""The size gate: the platform throws a whole result away when its JSON text is too long, so it is never too long.

Entities are added one by one. When the sum passes the budget, the next step of ``STEPS`` is taken for all entities, old
and new alike, so what is left out depends on the total alone and not on the order. A verdict and an entity always stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ..core.vmray_escape import one_line, script_json
from ..core.vmray_models import Json
from ..core.vmray_render import extra_tables, public_sample, sample_table
from ..core.vmray_report import SampleReport

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
class Step:
    """One step of leaving out; each includes the steps before it.

    Attributes:
        says: What is left out, in words that complete "left out: …".
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
_IOCS_SAY: Final = f"{_TABLES_SAY}, all but the {{}} worst IOCs a type"
_MOST_SAY: Final = f"{_TABLES_SAY}, all IOCs"
STEPS: Final = (
    Step("nothing", extra_tables=True),
    Step(_TABLES_SAY),
    *(Step(_IOCS_SAY.format(kept), max_iocs=kept) for kept in (3000, 1000, 300, 100, 30, 10, 5, 3, 2, 1)),
    Step(_MOST_SAY, max_iocs=0),
    Step(f"{_MOST_SAY}, all but the 3 strongest threat indicators", max_iocs=0, max_indicators=3),
    Step(f"{_MOST_SAY} and threat indicators", max_iocs=0, max_indicators=0),
    Step("all tables, IOCs and threat indicators", max_iocs=0, max_indicators=0, table=False),
    Step(
        "all tables, IOCs, threat indicators and most fields of the samples",
        max_iocs=0,
        max_indicators=0,
        table=False,
        whole_sample=False,
    ),
)


@dataclass(slots=True)
class EntityRecord:
    """One entity's part of the result, as JSON texts, so that thousands of them stay small."""

    identifier: str
    sample: str
    essential: str
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
            essential=_members(essential_fields(report.sample.raw)),
            iocs={name: [script_json(ioc) for ioc in found] for name, found in report.iocs.items()},
            indicators=[script_json(each) for each in report.indicators],
            table=sample_table(report),
            extra_tables=extra_tables(identifier, report),
        )

    def leave_out(self, step: Step) -> None:
        """Drop what this step leaves out."""
        if not step.extra_tables:
            self.extra_tables = {}
        if step.max_iocs is not None:
            self.iocs = {name: found[: step.max_iocs] for name, found in self.iocs.items()}
        if step.max_indicators is not None:
            self.indicators = self.indicators[: step.max_indicators]
        if not step.table:
            self.table = []
        if not step.whole_sample:
            self.sample = self.essential

    def json_text(self) -> str:
        """Write ``{"Entity": …, "EntityResult": {…}}``."""
        iocs = ",".join(f'"{name}":[{",".join(found)}]' for name, found in self.iocs.items())
        found = f'"iocs":{{{iocs}}},"threat_indicators":[{",".join(self.indicators)}]'
        members = f"{self.sample},{found}" if self.sample else found
        return f'{{"Entity":{script_json(self.identifier)},"EntityResult":{{{members}}}}}'

    def tables(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the tables with their titles; the entity's own has exactly its identifier as title."""
        if self.table:
            yield self.identifier, self.table
        yield from self.extra_tables.items()

    def cost(self) -> int:
        """Return how many characters this record takes in the text that the platform measures."""
        tables = sum(
            ENTRY_OVERHEAD + 2 * len(json.dumps(title)) + sum(len(json.dumps(line)) + 2 for line in lines)
            for title, lines in self.tables()
        )
        return tables + nested_length(self.json_text()) + 2


@dataclass(slots=True)
class ResultBudget:
    """All entities' records, within what the platform takes.

    Attributes:
        limit: The platform's limit in mebibytes, as handed over with each run.
    """

    limit: float
    records: list[EntityRecord] = field(default_factory=list)
    _step: int = 0
    _spent: int = 0

    def add(self, record: EntityRecord) -> None:
        """Take one more entity in, leaving out more of all of them where it would become too much."""
        self._shrink(record)
        self.records.append(record)
        self._spent += record.cost()
        while self._spent > self.limit * 2**20 * USABLE_SHARE - ENTRY_OVERHEAD and self._step + 1 < len(STEPS):
            self._step += 1
            for each in self.records:
                each.leave_out(STEPS[self._step])
            self._spent = sum(each.cost() for each in self.records)

    @property
    def left_out(self) -> str:
        """What was left out, in words; empty where nothing was."""
        return STEPS[self._step].says if self._step else ""

    def json_text(self) -> str:
        """Write the JSON result of the action: a list in the platform's convention."""
        return f"[{','.join(record.json_text() for record in self.records)}]"

    def _shrink(self, record: EntityRecord) -> None:
        if self._step:
            record.leave_out(STEPS[self._step])


def nested_length(text: str) -> int:
    """Return how long an ASCII text becomes as a string inside a JSON text."""
    return len(text) + text.count('"') + text.count("\\")


def _members(value: Json) -> str:
    """Write an object without its braces."""
    return script_json(value)[1:-1]


def essential_fields(raw: Json) -> Json:
    """Return the fields of a sample that stay however little room there is."""
    kept = {name: raw[name] for name in ESSENTIAL_FIELDS if name in raw}
    return {
        name: one_line(value, MAX_ESSENTIAL_LENGTH) if isinstance(value, str) else value for name, value in kept.items()
    }
