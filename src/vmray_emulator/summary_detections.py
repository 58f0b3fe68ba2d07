"""What scanners found, as a summary has it: YARA matches and antivirus matches.

The keys are those that TKCERT's Assemblyline service reads. Which sample has matches is invented: a malicious
one has a YARA match for each of its threat names, and an antivirus match for the first one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmray_emulator.findings import Findings


def yara(findings: Findings) -> dict[str, Any]:
    """Return the section `yara`."""
    return {
        "_type": "yara",
        "matches": {f"yara_match_{n}": _rule(findings, name) for n, name in _named(findings)},
    }


def anti_virus(findings: Findings) -> dict[str, Any]:
    """Return the section `anti_virus`: engines by key, each with its matches."""
    matches = {f"av_match_{n}": _threat(findings, name) for n, name in _named(findings)[:1]}
    engine = {"_type": "anti_virus.engine", "name": "Emulated Antivirus", "engine_version": "1.0"}
    return {"anti_virus_1": {"_type": "anti_virus", "engine": engine, "matches": matches}}


def _named(findings: Findings) -> list[tuple[int, str]]:
    names = (findings.threat_names or []) if findings.verdict == "malicious" else []
    return list(enumerate(map(str, names), start=1))


def _rule(findings: Findings, name: str) -> dict[str, Any]:
    return {
        "_type": "yara_match",
        "rule_name": re.sub(r"\W", "_", name),
        "ruleset_name": "Malware",
        "description": f"Matches {name}",
        "verdict": "malicious",
        "verdict_reason_code": 3,
        "vti_rule_score": 5,
        "classifications": findings.classifications or [],
        "threat_names": [name],
    }


def _threat(findings: Findings, name: str) -> dict[str, Any]:
    classification = (findings.classifications or [""])[0]
    return {
        "_type": "av_match",
        "verdict": "malicious",
        "verdict_reason_description": "Emulated signature",
        "threat": {"_type": "av_threat", "name": name, "classification": classification},
    }
