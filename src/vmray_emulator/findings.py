"""Findings: what analyses find in a sample, in a form compact enough for thousands of samples."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vmray_emulator.json_types import Json

# Name of each list in an IOC response to the `ioc_type` of its items, in the recorded order.
IOC_LISTS: Final = {
    "files": "file",
    "filenames": "filename",
    "mutexes": "mutex",
    "registry": "registry",
    "processes": "process",
    "urls": "url",
    "domains": "domain",
    "ips": "ip",
    "emails": "email",
    "email_addresses": "email_address",
}

# Verdict to (severity, numeric severity). Numbers of other verdicts are not in any source.
SEVERITIES: Final[dict[str | None, tuple[str, int | None]]] = {
    "malicious": ("malicious", 4),
    "suspicious": ("suspicious", 3),
    "clean": ("not_suspicious", 0),
    "not_available": ("unknown", None),
    None: ("unknown", None),
}

# Verdict to a score within the vendor's bands: 0-24 clean, 25-74 suspicious, 75-100 malicious.
SCORES: Final[dict[str | None, int | None]] = {"malicious": 100, "suspicious": 55, "clean": 5}

IocSpec = dict[str, Any]


@dataclass(slots=True)
class Findings:
    """What the analyses of one sample find.

    Attributes:
        profile: Name of the profile that made the findings.
        verdict: `malicious`, `suspicious`, `clean`, `not_available` or None.
        score: 0 to 100, or None without a verdict.
        classifications: E.g. `Dropper`.
        threat_names: E.g. `Gen.Loader`.
        reputation: Severity in the reputation lookup.
        iocs: List name to IOCs; each has `value`, `verdict`, maybe `ioc` (False for a mere artifact) and any
            field of the wire object that is to differ from what follows from the value.
        indicators: Threat indicators: `category`, `operation`, `score`, `classifications`.
        techniques: MITRE techniques: `technique_id`, `technique`, `tactics`, `indicators` (positions above).
        children: Names of the samples that the analysis extracts, each with its profile.
        failing: Engines (`static`, `dynamic`, `web`) whose analyses end in error 7340034.
        locked: Whether the reports are locked.
        machines: Virtual machines of the dynamic analyses, as `machines.Machine` describes them. Empty: one.
        screenshots: Pictures of an analysis (see `screenshots`), or None for the usual three.
        members: Odd members of the archive of an analysis (see `payloads`).
    """

    profile: str = "custom"
    verdict: str | None = None
    score: int | None = None
    classifications: list[str] | None = field(default_factory=list)
    threat_names: list[str] | None = field(default_factory=list)
    reputation: str = "unknown"
    iocs: dict[str, list[IocSpec]] = field(default_factory=dict)
    indicators: list[dict[str, Any]] = field(default_factory=list)
    techniques: list[dict[str, Any]] = field(default_factory=list)
    children: list[tuple[str, str]] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    locked: bool = False
    machines: list[dict[str, Any]] = field(default_factory=list)
    screenshots: list[str] | None = None
    members: list[str] = field(default_factory=list)

    @property
    def severity(self) -> str:
        """The severity that belongs to the verdict."""
        return SEVERITIES[self.verdict][0]

    def dumps(self) -> str:
        """Return the findings as JSON text, for the store."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> Findings:
        """Read the findings from JSON text of the store."""
        return cls(**json.loads(text))


def ioc_specs(given: Mapping[str, Sequence[Json]], verdict: str | None) -> dict[str, list[IocSpec]]:
    """Read IOCs of a caller: a text is a value with the verdict of the sample, a dictionary has details.

    Raises:
        ValueError: A list name is unknown, or a dictionary has no `value`.
    """
    specs: dict[str, list[IocSpec]] = {}
    for name, items in given.items():
        if name not in IOC_LISTS:
            raise ValueError(f"there is no IOC list {name!r}; there are {', '.join(IOC_LISTS)}")
        specs[name] = [_spec(item, verdict) for item in items]
    return specs


def _spec(item: Json, verdict: str | None) -> IocSpec:
    if isinstance(item, str):
        return {"value": item, "verdict": verdict}
    if "value" not in item:
        raise ValueError("an IOC needs a value")
    return {"verdict": verdict, **item}
