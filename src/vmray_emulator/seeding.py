"""Samples that exist from the start: stored directly, with findings that the caller chooses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.analyses import hashes_of, new_analysis
from vmray_emulator.clock import timestamp
from vmray_emulator.completion import sample_outcome, verdict_fields
from vmray_emulator.findings import SCORES, Findings, ioc_specs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vmray_emulator.json_types import Json
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

_PATTERNS: Final = {
    "domains": "host{n}.{tag}.example",
    "emails": "sender{n}@{tag}.example",
    "files": "C:\\Users\\eve\\AppData\\Local\\Temp\\{tag}\\file{n}.exe",
    "ips": "192.0.2.{byte}",
    "mutexes": "Global\\{tag}-{n}",
    "processes": "C:\\Temp\\{tag}\\process{n}.exe --run",
    "registry": "HKEY_CURRENT_USER\\Software\\{tag}\\Value{n}",
    "urls": "http://host{n}.{tag}.example/path",
}
_VERDICTS_IN_TURN: Final = ("malicious", "suspicious", "clean", None)


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
        age: Seconds since its submission.
        locked: Whether the reports are locked.
        tags: Tags of its submission and of each analysis.
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
        )

    def fields(self) -> dict[str, Any]:
        """Return the sample fields by short name."""
        hashes = text_hashes(self.url or self.filename)
        given = {"md5hash": self.md5, "sha1hash": self.sha1, "sha256hash": self.sha256}
        return {
            "filename": "sample.url" if self.url else self.filename,
            "type": self.sample_type or ("URL" if self.url else "Windows Exe (x86-64)"),
            "filesize": len(self.url) if self.url else 48_128,
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


def store_known(state: ServerState, known: KnownSample, findings: Findings | None = None) -> Record:
    """Store a known sample, its analyses and its submission.

    Args:
        state: The server.
        known: The sample.
        findings: Findings in place of those that the sample describes.
    """
    found = known.findings() if findings is None else findings
    then = state.clock.now() - known.age
    outcome = sample_outcome(found) if known.analyses else {}
    sample = state.store.insert("sample", **{"created": timestamp(then), **outcome, **known.fields()})
    state.set_findings(sample["sample_id"], found)
    if known.analyses:
        _store_submission(state, found, sample, then, known)
    return sample


def _store_submission(
    state: ServerState, findings: Findings, sample: Record, then: float, known: KnownSample
) -> None:
    quota = {"quota_type": "verdict", "billing_type": "detector"} if findings.locked else {}
    submission = state.store.insert(
        "submission",
        **hashes_of(sample),
        **verdict_fields(findings, ""),
        **quota,
        sample_verdict=findings.verdict,
        filename=sample["sample_filename"],
        original_url=sample["sample_url"],
        created=timestamp(then),
        finish_time=timestamp(then + 125),
        finished=True,
        status="success",
        number_created_jobs=known.analyses,
        tags=list(known.tags),
        user_email=state.settings.user_email,
    )
    number = submission["submission_id"]
    row = (number, number, then, 125.0, state.store.next_number("finished"), "{}")
    state.store.db.execute("INSERT INTO schedule VALUES (?, ?, ?, ?, ?, ?)", row)
    engine = "web" if sample["sample_type"] == "URL" else "dynamic"
    for position in range(known.analyses):
        new_analysis(
            state,
            engine,
            sample,
            findings,
            then + 120 + position,
            known=True,
            job_id=state.store.next_number("job", 7001),
            submission_id=number,
            submission_ids=[number],
            tags=list(known.tags),
        )


def numbered(number: int, iocs_per_type: int) -> KnownSample:
    """Describe one of many known samples: hashes of the text `known-sample-NUMBER`, rotating verdicts."""
    tag = f"s{number}"
    return KnownSample(
        filename=f"known-sample-{number}",
        iocs={
            name: [
                {"value": pattern.format(n=n, byte=n % 256, tag=tag), "verdict": _VERDICTS_IN_TURN[n % 4]}
                for n in range(iocs_per_type)
            ]
            for name, pattern in _PATTERNS.items()
        },
        indicators=[
            {"category": "Persistence", "operation": "Installs a startup entry", "score": 4},
            {"category": "Execution", "operation": "Starts a process", "score": 3},
            {"category": "Mutex", "operation": "Creates mutex", "score": 1},
        ],
    )
