"""The parameters of Add IOCs As Entities."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.exports.vmray_ignore_list import IgnoreList
from ...core.soar.vmray_gate_parameters import IGNORE_LIST
from ...core.soar.vmray_gated_action import GateChoice, GatedParameters
from ...core.soar.vmray_ioc_parameters import VERDICT_WORDS, verdicts_of
from ...core.soar.vmray_parameters import boolean, choices, param, whole_number


@dataclass(frozen=True)
class EntityParameters(GatedParameters):
    """The samples, the filters for their IOCs, and what to do with entities that exist."""

    types: tuple[str, ...] = param(
        "IOC Type Filter", choices("domains", "filenames", "files", "ips", "urls"), default="domains, files, ips, urls"
    )
    verdicts: tuple[str, ...] = param("IOC Verdict Filter", VERDICT_WORDS, default="Malicious")
    max_entities: int = param("Max Entities", whole_number(1, 100), default="20")
    quality: bool = param("Apply Quality Gate", boolean(), default="true")
    ignored: tuple[str, ...] = param("Ignore List", IGNORE_LIST)
    update: bool = param("Update Existing Entities", boolean(), default="true")

    @property
    def choice(self) -> GateChoice:
        """What passes the gate."""
        return GateChoice(self.types, verdicts_of(self.verdicts), self.quality, IgnoreList.of(self.ignored))
