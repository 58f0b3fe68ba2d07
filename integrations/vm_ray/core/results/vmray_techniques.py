"""MITRE ATT&CK techniques as an action returns them: with the threat indicators that prove them, strongest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ...core.api.vmray_models import Aggregate, Json, objects, text_of, texts
from ...core.results.vmray_escape import csv_cell, unclickable
from ...core.results.vmray_item_result import Item
from ...core.results.vmray_result import Table
from ...core.results.vmray_unknown_values import has_unknown_score, reaches, score_of, technique_notes

TABLE_TITLE: Final = "VMRay MITRE techniques"
HEADER: Final = "Technique,Name,Tactics,Score,Proof"
STILL_COLLECTING: Final = "VMRay had not finished collecting MITRE techniques; some may be missing"
_UNPROVED: Final = "without a threat indicator, not returned; set Lowest Indicator Score to 0 to return them"


class TechniqueFilter(NamedTuple):
    """Which techniques to keep.

    Attributes:
        tactics: Names of tactics in any case; empty for all.
        min_score: The lowest score, 0 to 5, that at least one threat indicator of the technique needs.
    """

    tactics: tuple[str, ...]
    min_score: int

    def keeps(self, technique: Json) -> bool:
        """Return whether a technique passes the filter."""
        tactics = {_plain(each) for each in self.tactics}
        return self.is_proved(technique) and (not tactics or bool(tactics & set(map(_plain, tactics_of(technique)))))

    def is_proved(self, technique: Json) -> bool:
        """Return whether a threat indicator of the technique is strong enough."""
        proof = objects(technique.get("threat_indicators"))
        return any(reaches(each, self.min_score) for each in proof) or not (proof or self.min_score)


def technique_item(name: str, facts: Mapping[str, Any], found: Aggregate, wanted: TechniqueFilter) -> Item:
    """Return the item of one sample: its techniques, the strongest first."""
    named = [each for each in objects(found.content) if text_of(each, "technique_id")]
    rows = sorted((_row(each) for each in named if wanted.keeps(each)), key=lambda row: -row["score"])
    unproved = [each for each in named if not (objects(each.get("threat_indicators")) or wanted.is_proved(each))]
    notes = [
        *technique_notes(found.content),
        *([f"{len(unproved)} of {len(named)} techniques {_UNPROVED}"] if unproved else []),
        *([] if found.finished else [STILL_COLLECTING]),
    ]
    return Item(
        name,
        "done" if rows else "empty",
        {**facts, "techniques": rows},
        objects=("techniques",),
        reason="; ".join(notes),
        complete=found.finished,
    )


def technique_head(items: Sequence[Item]) -> dict[str, list[str]]:
    """Return the ids and the tactics of all items, each once, the strongest technique first."""
    rows = sorted(techniques_of(items), key=lambda row: -row["score"])
    return {
        "technique_ids": list(dict.fromkeys(row["technique_id"] for row in rows)),
        "tactics": list(dict.fromkeys(tactic for row in rows for tactic in row["tactics"])),
    }


def techniques_of(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Return the rows of all techniques of all items."""
    return [row for item in items for row in item.facts.get("techniques", ())]


def technique_table(items: Sequence[Item]) -> list[Table]:
    """Return one table with a line for each technique, the strongest first; no table if there is none."""
    by_id: dict[str, list[dict[str, Any]]] = {}
    for row in techniques_of(items):
        by_id.setdefault(row["technique_id"], []).append(row)
    ranked = sorted(by_id.values(), key=lambda rows: -strongest(rows))
    return [Table(TABLE_TITLE, [HEADER, *map(_line, ranked)])] if ranked else []


def strongest(rows: Iterable[Mapping[str, Any]]) -> int:
    """Return the highest score of several rows."""
    return max(int(row["score"]) for row in rows)


def proofs_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the proofs of one technique in words, each once, the strongest first; text of a server."""
    proofs = sorted((proof for row in rows for proof in row["proof"]), key=lambda proof: -(proof["score"] or 0))
    told = (
        f"{'?' if proof['score'] is None else proof['score']}/5 {proof['category']}: {proof['operation']}"
        for proof in proofs
    )
    return list(dict.fromkeys(told))


def tactics_of(technique: Json) -> list[str]:
    """Return the names of the tactics of a technique, in VMRay's spelling."""
    return [each for each in texts(technique.get("tactics")) if each]


def _plain(tactic: str) -> str:
    """Return the name of a tactic in lower case: ``defense-evasion`` is the same as ``Defense Evasion``."""
    return tactic.lower().replace("-", " ").replace("_", " ")


def _row(technique: Json) -> dict[str, Any]:
    proof = sorted(objects(technique.get("threat_indicators")), key=lambda each: -score_of(each))
    return {
        "technique_id": text_of(technique, "technique_id"),
        "technique": text_of(technique, "technique"),
        "tactics": tactics_of(technique),
        "score": max(map(score_of, proof), default=0),
        "proof": [_proof(each) for each in proof],
        "matrix_version": text_of(technique, "matrix_version") or None,
    }


def _proof(indicator: Json) -> dict[str, Any]:
    unscored = indicator.get("score") is None or has_unknown_score(indicator)
    return {
        "indicator_id": indicator.get("id"),
        "score": None if unscored else score_of(indicator),
        "category": text_of(indicator, "category"),
        "operation": text_of(indicator, "operation"),
    }


def _line(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the line of one technique, which several samples can have."""
    tactics = dict.fromkeys(tactic for row in rows for tactic in row["tactics"])
    words = [rows[0]["technique_id"], rows[0]["technique"], "; ".join(tactics)]
    proof = unclickable("; ".join(proofs_of(rows)))
    return ",".join(csv_cell(cell) for cell in (*map(unclickable, words), strongest(rows), proof))
