"""Samples that the server knows from earlier: put in directly, with findings of the caller's choice."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.clock import timestamp
from vmray_emulator.completion import sample_outcome, verdict_fields
from vmray_emulator.findings import PUBLIC_LISTS, SCORES, Findings
from vmray_emulator.jobs import hashes_of, new_analysis

if TYPE_CHECKING:
    from vmray_emulator.state import ServerState
    from vmray_emulator.store import Record

_DAY: Final = 86400.0
_PATTERNS: Final = {
    "domains": "host{n}.{tag}.example",
    "emails": "sender{n}@{tag}.example",
    "files": "C:\\Users\\eve\\AppData\\Local\\Temp\\{tag}\\file{n}.exe",
    "ips": "192.0.2.{n}",
    "mutexes": "Global\\{tag}-{n}",
    "processes": "C:\\Temp\\{tag}\\process{n}.exe --run",
    "registry": "HKEY_CURRENT_USER\\Software\\{tag}\\Value{n}",
    "urls": "http://host{n}.{tag}.example/path",
}
_ROUND: Final = ("malicious", "suspicious", "clean", None)


def store_known(
    state: ServerState,
    findings: Findings,
    fields: dict[str, Any],
    *,
    age: float = _DAY,
    analyses: int = 1,
) -> Record:
    """Store a sample with finished analyses and a finished submission.

    Args:
        state: The server.
        findings: What was found.
        fields: Sample fields by short name (file name, type, hashes, URL …).
        age: Seconds since it was submitted.
        analyses: How many analyses; with none the sample is known but was never submitted.
    """
    then = state.clock.now() - age
    more = {name.removeprefix("sample_"): value for name, value in findings.extra.items()}
    values = {"created": timestamp(then), **sample_outcome(findings), **fields, **more}
    sample = state.store.insert("sample", **values)
    state.set_findings(sample["sample_id"], findings)
    if analyses:
        _store_course(state, findings, sample, then, analyses)
    return sample


def _store_course(state: ServerState, findings: Findings, sample: Record, then: float, analyses: int) -> None:
    submission = state.store.insert(
        "submission",
        **hashes_of(sample),
        **verdict_fields(findings, ""),
        sample_verdict=findings.verdict,
        filename=sample["sample_filename"],
        original_url=sample["sample_url"],
        created=timestamp(then),
        finish_time=timestamp(then + 125),
        finished=True,
        status="success",
        number_created_jobs=analyses,
        user_email=state.settings.user_email,
    )
    number = submission["submission_id"]
    finished = state.store.next_number("finished")
    row = (number, number, then, 125.0, finished, "{}")
    state.store.db.execute("INSERT INTO course VALUES (?, ?, ?, ?, ?, ?)", row)
    engine = "web" if sample["sample_type"] == "URL" else "dynamic"
    for position in range(analyses):
        new_analysis(
            state,
            engine,
            sample,
            findings,
            then + 120 + position,
            job_id=state.store.next_number("job", 7001),
            submission_id=number,
            submission_ids=[number],
        )


def text_hashes(text: str) -> dict[str, Any]:
    """Hashes of a text, for a sample of which no content is kept."""
    data = text.encode()
    return {
        "md5hash": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "sha1hash": hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        "sha256hash": hashlib.sha256(data).hexdigest(),
    }


def numbered_findings(tag: str, iocs_per_type: int) -> Findings:
    """Findings with as many IOCs a type as wanted, their verdicts taking turns, malicious first."""
    iocs = {
        name: [
            {
                "value": _PATTERNS[name].format(n=n % 256 if name == "ips" else n, tag=tag),
                "verdict": _ROUND[n % len(_ROUND)],
            }
            for n in range(iocs_per_type)
        ]
        for name in PUBLIC_LISTS
    }
    indicators = [
        {
            "category": "Persistence",
            "operation": "Installs a startup entry",
            "score": 4,
            "classifications": [],
        },
        {"category": "Execution", "operation": "Starts a process", "score": 3, "classifications": []},
        {"category": "Mutex", "operation": "Creates mutex", "score": 1, "classifications": []},
    ]
    return Findings(
        fate="known",
        verdict="malicious",
        score=SCORES["malicious"],
        classifications=["Trojan"],
        threat_names=["Gen.Known"],
        reputation="malicious",
        iocs=iocs,
        indicators=indicators,
    )
