"""The parameters of Export IOCs."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.exports.vmray_export_files import NAMES
from ...core.exports.vmray_ignore_list import IgnoreList
from ...core.soar.vmray_gate_parameters import IGNORE_LIST
from ...core.soar.vmray_gated_action import GateChoice, GatedParameters
from ...core.soar.vmray_ioc_parameters import DEFAULT_VERDICTS, TYPES, VERDICT_WORDS, types_of, verdicts_of
from ...core.soar.vmray_parameters import boolean, choices, param, whole_number


@dataclass(frozen=True)
class ExportParameters(GatedParameters):
    """The samples, the formats, the filters for the IOCs, and where to put the files."""

    formats: tuple[str, ...] = param("Formats", choices(*NAMES), default="CSV")
    types: tuple[str, ...] = param("IOC Type Filter", TYPES, default="domains, files, ips, urls")
    verdicts: tuple[str, ...] = param("IOC Verdict Filter", VERDICT_WORDS, default=DEFAULT_VERDICTS)
    children: bool = param("Include Child Samples", boolean(), default="false")
    max_iocs: int = param("Max IOCs To Return", whole_number(1), default="1000")
    quality: bool = param("Apply Quality Gate", boolean(), default="true")
    ignored: tuple[str, ...] = param("Ignore List", IGNORE_LIST)
    save: bool = param("Save To Case Wall", boolean(), default="false")

    @property
    def choice(self) -> GateChoice:
        """What passes the gate."""
        ignored = IgnoreList.of(self.ignored)
        return GateChoice(types_of(self.types), verdicts_of(self.verdicts), self.quality, ignored)

    @property
    def reads_children(self) -> bool:
        """Whether the IOCs of child samples are wanted."""
        return self.children
