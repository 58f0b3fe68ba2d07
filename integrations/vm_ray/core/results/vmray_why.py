"""Why a sample has its verdict: the same words in the insight, in the JSON result and in the widget.

The order is fixed: the verdict, the strongest threat indicators with the techniques that they prove, the IOCs, the
worst child sample, what speaks against a threat, what is missing. The same data give the same text, in whatever order
VMRay returns them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ...core.api.vmray_models import Json, Sample, objects, text_of
from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import verdict_of
from ...core.results.vmray_children import Child, worst_child
from ...core.results.vmray_escape import unclickable
from ...core.results.vmray_unknown_values import score_cell, score_of

STRONGEST: Final = 3
MAX_MITIGATING: Final = 5
MAX_LENGTH: Final = 300
BULLET: Final = "- "
NOT_READ: Final = "not known, VMRay did not return the list"
NO_MITIGATING: Final = "no mitigating indicators"
# The words of the verdicts of IOCs, by the rating of the verdict, the worst first.
_COUNTED: Final = {
    "malicious": "malicious",
    "suspicious": "suspicious",
    "unrecognized": "with a verdict that is not known",
    "clean": "clean",
    "none": "without a verdict",
}


class Evidence(NamedTuple):
    """What was read about a sample.

    Attributes:
        iocs: All IOCs by type, without a filter; None if they could not be read.
        indicators: All threat indicators; None if they could not be read.
        techniques: VMRay's techniques, each with the threat indicators that prove it.
        children: The child samples.
        missing: What is missing, each as a clause without a full stop.
    """

    sample: Sample
    iocs: Json | None
    indicators: Sequence[Json] | None
    techniques: Sequence[Json] = ()
    children: Sequence[Child] = ()
    missing: Sequence[str] = ()


class Section(NamedTuple):
    """A part of the text: a title and its lines, plain text without markup."""

    title: str
    lines: Sequence[str]


class Why(NamedTuple):
    """Why a sample has its verdict.

    Attributes:
        strongest: The strongest threat indicators as members of the JSON result, with the techniques they prove.
        speaks_against: The mitigating indicators in words; ``NO_MITIGATING`` if there are none.
        missing: What is missing, in words; empty if nothing is.
        worst_child: The worst child sample as a member of the JSON result, with the path to it.
        sections: The text, section by section; the first one has VMRay's verdict and its reason.
    """

    strongest: Sequence[Mapping[str, Any]]
    speaks_against: Sequence[str]
    missing: Sequence[str]
    worst_child: Mapping[str, Any] | None
    sections: Sequence[Section]

    @property
    def text(self) -> str:
        """The text for a person, such as the author of a comment; its values are visible and not clickable."""
        return "\n".join(line for each in self.sections for line in _lines(each))


def why_of(evidence: Evidence) -> Why:
    """Return why a sample has its verdict."""
    strongest = _strongest(evidence)
    against = _speaks_against(evidence.indicators)
    missing = [_told(each) for each in evidence.missing]
    worst = worst_child(evidence.children)
    sections = (
        _verdict_section(evidence.sample),
        Section("Strongest threat indicators", _indicator_lines(evidence, strongest)),
        Section("IOCs", [_ioc_counts(evidence.iocs)]),
        Section("Worst child sample", [_child_line(evidence.sample, worst)]),
        Section("What speaks against a threat", against),
        Section("What is missing", missing or ["nothing"]),
    )
    return Why(strongest, against, missing, _child_in_json(evidence.sample, worst), sections)


def _lines(section: Section) -> list[str]:
    return [f"{section.title}:", *(f"{BULLET}{line}" for line in section.lines)]


def _verdict_section(sample: Sample) -> Section:
    reason = _told(text_of(sample.raw, "sample_verdict_reason_description"))
    return Section("Verdict", [_told(sample.verdict.word), *([reason] if reason else [])])


def _strongest(evidence: Evidence) -> list[dict[str, Any]]:
    """Return the strongest indicators; those with the same score in the order of their ids."""
    found = [each for each in evidence.indicators or () if score_of(each) >= 0]
    proved = _proved_techniques(evidence.techniques)
    return [
        {
            "indicator_id": each.get("id"),
            "score": each.get("score"),
            "category": text_of(each, "category"),
            "operation": text_of(each, "operation"),
            "techniques": proved.get(_key(each), []),
        }
        for each in sorted(found, key=_order)[:STRONGEST]
    ]


def _order(indicator: Json) -> tuple[int, int, str, str, str]:
    number = _key(indicator)
    return (-score_of(indicator), len(number), number, text_of(indicator, "category"), text_of(indicator, "operation"))


def _key(indicator: Json) -> str:
    """Return the id of an indicator, which VMRay uses in both of its lists; empty for none."""
    return text_of(indicator, "id")


def _proved_techniques(techniques: Sequence[Json]) -> dict[str, list[str]]:
    """Return the techniques, such as ``T1112 Modify Registry``, by the id of the indicator that proves them."""
    proved: dict[str, set[str]] = {}
    for technique in techniques:
        name = f"{text_of(technique, 'technique_id')} {text_of(technique, 'technique')}".strip()
        for indicator in objects(technique.get("threat_indicators")):
            proved.setdefault(_key(indicator), set()).add(name)
    proved.pop("", None)
    return {key: sorted(each for each in names if each) for key, names in proved.items()}


def _indicator_lines(evidence: Evidence, strongest: Sequence[Json]) -> list[str]:
    if evidence.indicators is None:
        return [NOT_READ]
    return [_indicator_line(each) for each in strongest] or ["none"]


def _indicator_line(indicator: Json) -> str:
    techniques = ", ".join(map(_told, indicator["techniques"]))
    proof = f" → {techniques}" if techniques else ""
    return f"{score_cell(indicator)}/5 {_named(indicator)}{proof}"


def _named(indicator: Json) -> str:
    return f"{_told(text_of(indicator, 'category'))}: {_told(text_of(indicator, 'operation'))}"


def _ioc_counts(iocs: Json | None) -> str:
    if iocs is None:
        return NOT_READ
    counts = dict.fromkeys(_COUNTED, 0)
    for found in iocs.values():
        for each in objects(found):
            counts[verdict_of(each).rating] += 1
    return ", ".join(f"{number} {_COUNTED[rating]}" for rating, number in counts.items() if number) or "none"


def _child_line(sample: Sample, child: Child | None) -> str:
    if child is None:
        return "no child samples"
    relation = f"{_told(child.relation)}: " if child.relation else ""
    return f"{_told(child.verdict.word)}: sample {sample.sample_id} → {relation}sample {child.sample_id}"


def _child_in_json(sample: Sample, child: Child | None) -> dict[str, Any] | None:
    """Return the worst child with the path to it, in the form that other actions have for longer paths."""
    if child is None:
        return None
    parent = {"sample_id": sample.sample_id, "name": sample.filename or None, "relation": None}
    step = {"sample_id": child.sample_id, "name": None, "relation": child.relation or None}
    return {"sample_id": child.sample_id, "verdict": child.verdict.in_json, "path": [parent, step]}


def _speaks_against(indicators: Sequence[Json] | None) -> list[str]:
    if indicators is None:
        return [NOT_READ]
    found = sorted({_named(each) for each in indicators if score_of(each) < 0})
    more = len(found) - MAX_MITIGATING
    return [*found[:MAX_MITIGATING], *([f"{more} more mitigating indicators"] if more > 0 else [])] or [NO_MITIGATING]


def _told(text: str) -> str:
    """Return text of VMRay as one visible line that cannot be clicked; each sink escapes it once more as it needs."""
    return unclickable(one_line(text, MAX_LENGTH))
