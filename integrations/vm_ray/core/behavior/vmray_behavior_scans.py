"""What scanners found in an analysis, and VMRay's own remarks about the analysis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...core.api.vmray_models import Json, texts
from ...core.api.vmray_verdicts import Verdict, verdict_of
from ...core.behavior.vmray_behavior_rows import Ranked, Section
from ...core.behavior.vmray_summary_references import entries_of, section, word_of

LEVELS: Final = {"errors": "error", "warnings": "warning", "infos": "info"}


def yara_section(document: Json, limit: int) -> Section:
    """Return the matches of YARA rules."""
    return Section.of("yara", (_rule(match) for _, match in _matches(document, "yara")), limit)


def antivirus_section(document: Json, limit: int) -> Section:
    """Return the matches of antivirus engines."""
    found = (_threat(engine, match) for engine, match in _matches(document, "anti_virus"))
    return Section.of("antivirus", found, limit)


def remark_section(document: Json, limit: int) -> Section:
    """Return VMRay's remarks: errors, then warnings, then other ones."""
    remarks = section(document, "remarks")
    rows = [
        {"level": level, "message": message}
        for name, level in LEVELS.items()
        for each in entries_of(remarks.get(name)).values()
        if (message := word_of(each, "message"))
    ]
    return Section.of("remarks", (Ranked(Verdict.NONE, row) for row in rows), limit)


def _matches(document: Json, name: str) -> Iterator[tuple[str, Json]]:
    """Yield the name of the engine and each of its matches; YARA is an engine by itself."""
    found = section(document, name)
    engines = {"": found} if "matches" in found else entries_of(found)
    for key, engine in engines.items():
        described = section(engine, "engine")
        label = word_of(engine, "engine") or word_of(described, "name", "engine_name", "engine_version") or key
        for match in entries_of(engine.get("matches")).values():
            yield label, match


def _rule(match: Json) -> Ranked:
    verdict = verdict_of(match)
    score = match.get("vti_rule_score")
    is_number = isinstance(score, int) and not isinstance(score, bool) and abs(score) <= 100  # noqa: PLR2004 - VMRay's scores are -1 to 5
    row = {
        "rule": word_of(match, "rule_name") or None,
        "ruleset": word_of(match, "ruleset_name") or None,
        "verdict": verdict.in_json,
        "score": score if is_number else None,
        "classifications": texts(match.get("classifications")),
        "threat_names": texts(match.get("threat_names")),
    }
    return Ranked(verdict, row)


def _threat(engine: str, match: Json) -> Ranked:
    verdict, threat = verdict_of(match), section(match, "threat")
    row = {
        "engine": engine or None,
        "threat": word_of(threat, "name") or None,
        "classification": word_of(threat, "classification") or None,
        "verdict": verdict.in_json,
    }
    return Ranked(verdict, row)
