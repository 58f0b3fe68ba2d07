"""Virtual machines: a sample may run in several ones, which need not agree about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self

from vmray_emulator.findings import SCORES, Findings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.json_types import Json


@dataclass(frozen=True, slots=True)
class Machine:
    """A virtual machine, and the result of the analysis in it.

    Attributes:
        machine: Its name, `analysis_vm_name`.
        configuration: How the sample is started, `analysis_configuration_name`.
        verdict: Verdict of this analysis.
        failed: Whether this analysis fails.
        locked: Whether the report of this analysis is locked.
    """

    machine: str = "win10_64"
    configuration: str = "exe"
    verdict: str | None = "malicious"
    failed: bool = False
    locked: bool = False

    @classmethod
    def choose(cls, choices: Mapping[str, Json]) -> Self:
        """Read keywords.

        Raises:
            ValueError: A keyword is unknown.
        """
        own = {item.name for item in fields(cls)}
        strange = sorted(choices.keys() - own)
        if strange:
            raise ValueError(f"a machine has no {', '.join(strange)}; it has {', '.join(sorted(own))}")
        return cls(**choices)

    def as_json(self) -> dict[str, Any]:
        """Return the machine as `Findings.machines` has it."""
        return asdict(self)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields (short names) of a job and of an analysis."""
        return {"vm_name": self.machine, "configuration_name": self.configuration}


def machines_of(findings: Findings, engine: str) -> list[Machine | None]:
    """Return the machines of an engine. None stands for the usual machine, or for no machine at all."""
    if engine == "static" or not findings.machines:
        return [None]
    return [Machine(**one) for one in findings.machines]


def seen_by(findings: Findings, engine: str, machine: Machine | None) -> Findings:
    """Return the findings of one analysis."""
    if machine is None:
        return findings
    return replace(
        findings,
        verdict=machine.verdict,
        score=SCORES.get(machine.verdict),
        failing=[engine] if machine.failed else [],
        locked=findings.locked or machine.locked,
    )


def machine_of_job(findings: Findings, job: Mapping[str, Any]) -> Machine | None:
    """Return the machine of a job, or None for the usual one."""
    wanted = (job["job_vm_name"], job["job_configuration_name"])
    machines = (Machine(**one) for one in findings.machines)
    return next((one for one in machines if (one.machine, one.configuration) == wanted), None)
