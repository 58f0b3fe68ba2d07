"""The description of a sample that exists from the start, with findings that the caller chooses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from vmray_emulator.analyses import ANALYZERS
from vmray_emulator.findings import SCORES, Findings, ioc_specs
from vmray_emulator.machines import Machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vmray_emulator.json_types import Json


@dataclass(frozen=True, slots=True)
class KnownSample:
    """A sample with a finished submission, described by a test.

    Attributes:
        filename: File name. `sample.url` when a URL is given.
        sample_type: Sample type. By default a Windows executable, or `URL`.
        url: Makes it a URL sample.
        verdict: `malicious`, `suspicious`, `clean`, `not_available` or None.
        score: 0 to 100. By default it follows from the verdict.
        md5: Hash. By default the three hashes are those of the name or URL.
        sha1: Hash.
        sha256: Hash.
        classifications: Names, or None, which some servers send.
        threat_names: Names, or None.
        iocs: List name (`domains`, `emails`, `files`, `ips`, `mutexes`, `processes`, `registry`, `urls`,
            `filenames`, `email_addresses`) to IOCs. A text is a value with the sample's verdict; a dictionary
            has `value` and optionally `verdict`, `ioc` (False: only an artifact) and fields that are sent as
            given.
        indicators: Each has `category`, `operation`, `score` and optionally `classifications`.
        techniques: Each has `technique_id`, `technique`, `tactics` and optionally `indicators` (positions in
            the list above).
        analyses: Number of finished analyses. 0: the sample was never submitted.
        age: Seconds since its submission has finished.
        locked: Whether the reports are locked.
        tags: Tags of its submissions and of each analysis.
        failed: Whether all analyses failed.
        machines: Virtual machines of each submission, one analysis each: keywords of `machines.Machine`. Then
            `analyses` is not used.
        earlier: Seconds since the ends of earlier submissions of the sample.
        running: Seconds since the beginning of a submission that is still running, or None. It ends only
            with `control.finish_all`.
        screenshots: Pictures of each analysis (see `screenshots`), or None for the usual three.
        members: Odd members of the archive of each analysis (see `payloads`).
        content: The text of the file, which can be downloaded then; None: only the hashes are known.
        children: Keywords of the samples that came out of this one. A child with the hashes of a sample that
            exists is that sample, so that a cycle can be described.
        relation: Its relation to its parent, e.g. `Dropped File`.
        missing: Whether the sample is 404, although its parent names it.
        extra: Further sample fields by full name, sent as given.
    """

    filename: str = "known.exe"
    sample_type: str | None = None
    url: str | None = None
    verdict: str | None = "malicious"
    score: int | None = None
    md5: str | None = None
    sha1: str | None = None
    sha256: str | None = None
    classifications: Sequence[str] | None = ("Trojan",)
    threat_names: Sequence[str] | None = ("Gen.Known",)
    iocs: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    indicators: Sequence[Mapping[str, Any]] = ()
    techniques: Sequence[Mapping[str, Any]] = ()
    analyses: int = 1
    age: float = 86400.0
    locked: bool = False
    tags: Sequence[str] = ()
    failed: bool = False
    machines: Sequence[Mapping[str, Any]] = ()
    earlier: Sequence[float] = ()
    running: float | None = None
    screenshots: Sequence[str] | None = None
    members: Sequence[str] = ()
    content: str | None = None
    children: Sequence[Mapping[str, Any]] = ()
    relation: str = "Dropped File"
    missing: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def choose(cls, choices: Mapping[str, Json]) -> KnownSample:
        """Read keywords: attributes, and `sample_…` fields, which go into `extra`.

        Raises:
            ValueError: A keyword is unknown.
        """
        own = {item.name for item in fields(cls)} - {"extra"}
        extra = {name: value for name, value in choices.items() if name not in own}
        strange = [name for name in extra if not name.startswith("sample_")]
        if strange:
            raise ValueError(f"a known sample has no {', '.join(strange)}; it has {', '.join(sorted(own))}")
        return cls(extra=extra, **{name: value for name, value in choices.items() if name in own})

    def findings(self) -> Findings:
        """Return what the analyses found.

        Raises:
            ValueError: An IOC list is unknown or an IOC has no value.
        """
        return Findings(
            verdict=self.verdict,
            score=SCORES.get(self.verdict) if self.score is None else self.score,
            classifications=None if self.classifications is None else list(self.classifications),
            threat_names=None if self.threat_names is None else list(self.threat_names),
            iocs=ioc_specs(self.iocs, self.verdict),
            indicators=[{"classifications": [], **indicator} for indicator in self.indicators],
            techniques=[{"indicators": [], **technique} for technique in self.techniques],
            locked=self.locked,
            failing=list(ANALYZERS) if self.failed else [],
            machines=[Machine.choose(one).as_json() for one in self.machines],
            screenshots=None if self.screenshots is None else list(self.screenshots),
            members=list(self.members),
        )

    def fields(self) -> dict[str, Any]:
        """Return the sample fields by short name."""
        text = self.content if self.content is not None else self.url
        hashes = text_hashes(text or self.filename)
        given = {"md5hash": self.md5, "sha1hash": self.sha1, "sha256hash": self.sha256}
        return {
            "filename": "sample.url" if self.url else self.filename,
            "type": self.sample_type or ("URL" if self.url else "Windows Exe (x86-64)"),
            "filesize": len(text.encode()) if text else 48_128,
            "url": self.url,
            "display_url": self.url,
            **hashes,
            **{name: value.lower() for name, value in given.items() if value},
            **{name.removeprefix("sample_"): value for name, value in self.extra.items()},
        }


def text_hashes(text: str) -> dict[str, str]:
    """Return the hashes of a text, for a sample without stored content."""
    data = text.encode()
    return {
        "md5hash": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "sha1hash": hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        "sha256hash": hashlib.sha256(data).hexdigest(),
    }
