"""What a sample did in one analysis: the sections that a playbook requested, from VMRay's summary of the analysis.

Newer servers have a summary with references between its parts. Older ones have a summary with fewer facts, which is
read where there is no other. Configurations of malware are in the archive of the analysis, not in a summary.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from ...core.api.vmray_models import Json
from ...core.behavior.vmray_behavior_network import Network, network_of
from ...core.behavior.vmray_behavior_processes import process_section
from ...core.behavior.vmray_behavior_rows import Section
from ...core.behavior.vmray_behavior_scans import antivirus_section, remark_section, yara_section
from ...core.behavior.vmray_summary_v1 import older_network, older_processes

PROCESSES: Final = "Processes"
NETWORK: Final = "Network"
YARA: Final = "YARA"
ANTIVIRUS: Final = "Antivirus"
CONFIGURATION: Final = "Malware Configuration"
REMARKS: Final = "Remarks"
SECTIONS: Final = (PROCESSES, NETWORK, YARA, ANTIVIRUS, CONFIGURATION, REMARKS)
# The members of a summary that the sections are read from.
MEMBERS: Final = frozenset(
    {"processes", "network", "ip_addresses", "domains", "urls", "vti", "yara", "anti_virus", "remarks"}
)
OLDER_MEMBERS: Final = frozenset({"artifacts"})


class Wanted(NamedTuple):
    """The sections to read, and how many rows each of them may have."""

    sections: Collection[str]
    max_rows: int

    @property
    def needs_summary(self) -> bool:
        """Whether a section is wanted that is in a summary."""
        return any(each != CONFIGURATION for each in self.sections)


class Configurations(NamedTuple):
    """The configurations of malware in one analysis, and notes about those that are left out."""

    rows: list[dict[str, Any]]
    notes: list[str]


NO_CONFIGURATIONS: Final = Configurations([], [])


class Behavior(NamedTuple):
    """What a sample did in one analysis; sections that are not wanted are empty."""

    processes: Section = Section()
    network: Network = Network()
    yara: Section = Section()
    antivirus: Section = Section()
    malware_configuration: Section = Section()
    remarks: Section = Section()

    @property
    def sections(self) -> list[Section]:
        """All sections."""
        return [self.processes, *self.network, self.yara, self.antivirus, self.malware_configuration, self.remarks]

    @property
    def is_empty(self) -> bool:
        """Whether no section has a row."""
        return not any(each.rows for each in self.sections)

    @property
    def cut(self) -> list[str]:
        """What the sections do not contain, in words."""
        return [note for each in self.sections for note in each.cut]

    @property
    def in_json(self) -> dict[str, Any]:
        """The sections as members of a row."""
        plain = {name: list(each.rows) for name, each in self._asdict().items() if isinstance(each, Section)}
        return {"processes": plain["processes"], "network": self.network.in_json, **plain, "truncated": self.cut}

    def with_configurations(self, rows: list[dict[str, Any]], limit: int) -> Behavior:
        """Return the behavior with configurations of malware."""
        cut = (f"malware_configuration: {limit} of {len(rows)} rows",) if len(rows) > limit else ()
        return self._replace(malware_configuration=Section(rows[:limit], cut))

    def with_notes(self, notes: Sequence[str]) -> Behavior:
        """Return the behavior with our own notes among the remarks, before those of VMRay."""
        rows = [*({"level": "note", "message": note} for note in notes), *self.remarks.rows]
        return self._replace(remarks=self.remarks._replace(rows=rows))


def behavior_of(document: Json, wanted: Wanted) -> Behavior:
    """Return the behavior that a summary describes."""
    limit, sections = wanted.max_rows, wanted.sections
    return Behavior(
        processes=process_section(document, limit) if PROCESSES in sections else Section(),
        network=network_of(document, limit) if NETWORK in sections else Network(),
        yara=yara_section(document, limit) if YARA in sections else Section(),
        antivirus=antivirus_section(document, limit) if ANTIVIRUS in sections else Section(),
        remarks=remark_section(document, limit) if REMARKS in sections else Section(),
    )


def older_behavior_of(document: Json, wanted: Wanted) -> Behavior:
    """Return the behavior that an older summary describes."""
    limit, sections = wanted.max_rows, wanted.sections
    return Behavior(
        processes=older_processes(document, limit) if PROCESSES in sections else Section(),
        network=older_network(document, limit) if NETWORK in sections else Network(),
    )
